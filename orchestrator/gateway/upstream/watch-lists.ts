import { LISTEN } from "../wire/modern";
import { modernRequest } from "../wire/modern-send";
import type { Backend } from "./backend";
import type { PooledConnection } from "./pooled-connection";

/** A stateless server tells of changed lists only whoever subscribed: so the gateway does, on each of its connections. */
export function watchLists(connection: PooledConnection, backend: Backend): void {
  const wishes = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
  const over = (): void => {
    connection.own--;
  };
  connection.own++;
  connection.reserved++;
  connection.send({
    ...modernRequest("dind-mcp:lists", LISTEN, { notifications: wishes }),
    notified: ({ method }) => {
      if (method?.endsWith("/list_changed")) backend.listChanged(method);
    },
    answered: over, // it has nothing that changes
    failed: () => {},
  });
}

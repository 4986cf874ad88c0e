import { ALL_LISTS, isListChange } from "../wire/lists";
import { LISTEN } from "../wire/modern";
import { modernRequest } from "../wire/modern-send";
import type { Backend } from "./backend";
import type { PooledConnection } from "./pooled-connection";

/** A stateless server tells of changed lists only whoever subscribed: so the gateway does, on each of its connections. */
export function watchLists(connection: PooledConnection, backend: Backend): void {
  const over = (): void => {
    connection.own--;
  };
  connection.own++;
  connection.send({
    ...modernRequest("dind-mcp:lists", LISTEN, { notifications: ALL_LISTS }),
    notified: ({ method }) => {
      if (isListChange(method)) backend.listChanged(method);
    },
    answered: over, // it has nothing that changes
    failed: () => {},
  });
}

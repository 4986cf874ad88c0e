import { ALL_LISTS, isListChange } from "../wire/lists";
import { LISTEN } from "../wire/modern";
import { modernRequest } from "../wire/modern-send";
import { ownId } from "../wire/own-ids";
import type { Backend } from "./backend";
import type { PooledConnection } from "./pooled-connection";

/** Subscribes to a modern server's changed lists, on each connection: it reports them to subscribers only. */
export function watchLists(connection: PooledConnection, backend: Backend): void {
  const over = (): void => {
    connection.own--;
  };
  connection.own++;
  connection.send({
    ...modernRequest(ownId(), LISTEN, { notifications: ALL_LISTS }),
    notified: ({ method }) => {
      if (isListChange(method)) backend.listChanged(method);
    },
    answered: over, // the server ended the subscription
    failed: () => {},
  });
}

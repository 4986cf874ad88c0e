import type { Backend } from "./backend";
import type { Request } from "./json-rpc";
import type { Link } from "./link";
import { LISTEN, Meta, MODERN_VERSION } from "./modern";

/** A stateless server tells of changed lists only whoever subscribed: so the gateway does, on each of its links. */
export function watchLists(link: Link, backend: Backend): void {
  const request: Request = {
    jsonrpc: "2.0",
    id: "dind-mcp:lists",
    method: LISTEN,
    params: {
      notifications: { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true },
      _meta: {
        [Meta.Version]: MODERN_VERSION,
        [Meta.Capabilities]: {},
        [Meta.ClientInfo]: { name: "dind-mcp", version: "1" },
      },
    },
  };
  const over = (): void => {
    link.own--;
  };
  link.own++;
  link.reserved++;
  link.send({
    request,
    text: JSON.stringify(request),
    headers: { "mcp-protocol-version": MODERN_VERSION, "mcp-method": LISTEN },
    notified: ({ method = "" }) => {
      if (method.endsWith("/list_changed")) backend.listChanged(method);
    },
    asked: () => {},
    answered: over, // it has nothing that changes
    failed: () => {},
  });
}

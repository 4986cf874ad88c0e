import { auditRoutes } from "./audit";
import { clientRoutes } from "./clients";
import type { App, RouteContext } from "./context";
import { deployRoutes } from "./deploy";
import { docsRoutes } from "./docs";
import { engineRoutes } from "./engine";
import { eventRoutes } from "./events";
import { lifecycleRoutes } from "./lifecycle";
import { logRoutes } from "./logs";
import { registryRoutes } from "./registry";
import { serverRoutes } from "./servers";
import { sessionRoutes } from "./sessions";
import { statusRoutes } from "./status";
import { toolRoutes } from "./tools";

const ALL = [
  serverRoutes,
  lifecycleRoutes,
  deployRoutes,
  logRoutes,
  toolRoutes,
  sessionRoutes,
  engineRoutes,
  eventRoutes,
  auditRoutes,
  clientRoutes,
  registryRoutes,
  statusRoutes,
  docsRoutes,
];

/** Adds every route. */
export function registerRoutes(app: App, context: RouteContext): void {
  for (const add of ALL) add(app, context);
}

import { arrivalRoutes } from "./arrival";
import { auditRoutes } from "./audit";
import { callRoutes } from "./calls";
import { clientRoutes } from "./clients";
import type { App, RouteContext } from "./context";
import { deployRoutes } from "./deploy";
import { discoveryRoutes } from "./discovery";
import { docsRoutes } from "./docs";
import { draftRoutes } from "./drafts";
import { egressRoutes } from "./egress";
import { engineRoutes } from "./engine";
import { eventRoutes } from "./events";
import { historyRoutes } from "./history";
import { learnRoutes } from "./learn";
import { lifecycleRoutes } from "./lifecycle";
import { logRoutes } from "./logs";
import { offerRoutes } from "./offers";
import { ownTokenRoutes } from "./own-token";
import { refusalRoutes } from "./refusals";
import { registryRoutes } from "./registry";
import { rehearsalRoutes } from "./rehearsal";
import { sbomRoutes } from "./sbom";
import { serverEventRoutes } from "./server-events";
import { serverRoutes } from "./servers";
import { sessionRoutes } from "./sessions";
import { signInRoutes } from "./sign-ins";
import { statusRoutes } from "./status";
import { tokenRoutes } from "./tokens";
import { toolRoutes } from "./tools";
import { topologyRoutes } from "./topology";

const ALL = [
  serverRoutes,
  lifecycleRoutes,
  deployRoutes,
  draftRoutes,
  offerRoutes,
  learnRoutes,
  rehearsalRoutes,
  sbomRoutes,
  logRoutes,
  egressRoutes,
  refusalRoutes,
  historyRoutes,
  serverEventRoutes,
  toolRoutes,
  sessionRoutes,
  signInRoutes,
  engineRoutes,
  discoveryRoutes,
  topologyRoutes,
  eventRoutes,
  auditRoutes,
  callRoutes,
  clientRoutes,
  registryRoutes,
  statusRoutes,
  ownTokenRoutes,
  arrivalRoutes,
  tokenRoutes,
  docsRoutes,
];

/** Adds every route. */
export function registerRoutes(app: App, context: RouteContext): void {
  for (const add of ALL) add(app, context);
}

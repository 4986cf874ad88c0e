import type { History } from "../../api/history";
import type { OrchestratorConfig, StoredToken } from "../../config/orchestrator-config";
import type { AuditLog } from "../audit/audit-log";
import type { Discovery } from "../discovery/create-discovery";
import type { Events } from "../events";
import type { Gateway, SignIns } from "../gateway/gateway-api";
import type { Log } from "../log";
import type { ApiTokens } from "../security/api-tokens/api-tokens";
import type { LastUses } from "../security/api-tokens/last-uses";
import type { Guard } from "../security/guard-api";
import type { SignInLinks } from "../security/sign-in-links";
import type { Cleanup } from "../servers/docker/cleanup";
import type { Deployer } from "../servers/docker/deploy/deployer";
import type { EgressLog } from "../servers/docker/egress-log";
import type { Engine } from "../servers/docker/engine-info";
import type { Learner } from "../servers/docker/learn/learner";
import type { Lifecycle } from "../servers/docker/lifecycle";
import type { Sbom } from "../servers/docker/sbom/sbom";
import type { StatsPoller } from "../servers/docker/stats";
import type { StorageUse } from "../servers/docker/storage-use";
import type { HeardRefusals } from "../servers/refusals/heard-refusals";
import type { ServerHistory } from "../servers/server-history";
import type { Servers } from "../servers/server-info";

/**
 * What the HTTP side of port 18080 depends on. An error with a `status` of 400 to 599 is an answer: its message is for
 * the caller. A ProblemsError is answered with all its problems. Any other error is a fault: 500, and into the log.
 */
export interface RestDeps {
  config: OrchestratorConfig;
  guard: Guard;
  gateway: Gateway;
  servers: Servers;
  signIns: SignIns;
  lifecycle: Pick<Lifecycle, "start" | "stop" | "restart" | "logs">;
  deployer: Pick<Deployer, "check" | "deploy" | "remove">;
  learner: Pick<Learner, "start" | "report" | "rehearse" | "end">;
  /** What servers' images hold. */
  sbom: Pick<Sbom, "of">;
  stats: Pick<StatsPoller, "server">;
  /** What servers did in each minute of the last hour. */
  history: { of(server: string): History["minutes"] };
  /** What happened to servers until now. */
  serverHistory: Pick<ServerHistory, "of" | "asked">;
  /** What servers keep. */
  storage: Pick<StorageUse, "of">;
  egress: Pick<EgressLog, "of">;
  /** What servers' own answers said they were kept from. */
  heard: Pick<HeardRefusals, "of">;
  engine: Pick<Engine, "info" | "disk" | "ping">;
  /** Folder of the engine's certificates. @default where the stack mounts it */
  certificates?: string;
  cleanup: Pick<Cleanup, "plan" | "run">;
  /** Where the fleet is announced. */
  discovery: Pick<Discovery, "consul">;
  audit: Pick<AuditLog, "record" | "query" | "healthy">;
  events: Events;
  /** Links that sign in on the page. */
  links: Pick<SignInLinks, "make">;
  /** The stack's tokens. */
  tokens: readonly StoredToken[];
  apiTokens: Pick<ApiTokens, "list" | "has" | "isFull" | "make" | "revoke">;
  /** When tokens were last used. */
  uses: Pick<LastUses, "of" | "forget">;
  /** Gets every fault. */
  log: Pick<Log, "error">;
  /** Folder with Swagger UI's swagger-ui.css and swagger-ui-bundle.js. */
  staticFolder: string;
}

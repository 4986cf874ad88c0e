import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Events } from "../events";
import type { ServerInfo, Servers } from "../servers/server-info";
import type { CallTraces } from "./calls/call-traces";
import type { InFlight } from "./calls/in-flight";
import type { Recorder } from "./calls/recorder";
import type { CallObserver } from "./observer";
import type { ToolRules } from "./tools/tool-rules";
import type { Credentials } from "./upstream/credentials";
import type { ByteBudget } from "./wire/byte-budget";

/** The services and settings that all parts of the gateway share. */
export interface GatewayContext {
  config: OrchestratorConfig;
  servers: Servers;
  rules: ToolRules;
  recorder: Recorder;
  observer: CallObserver;
  /** Where the latest calls' time went. */
  traces: CallTraces;
  events: Events;
  budget: ByteBudget;
  /** Returns the tokens for a remote server, as somebody signed in to it. @param who undefined: the gateway itself @default none */
  credentials?: (server: ServerInfo, who?: string) => Credentials | undefined;
  /** Counts each principal's requests that have no answer yet. */
  calls: InFlight;
  /** Counts each principal's `subscriptions/listen` streams (clients of 2026-07-28, which have no sessions). */
  subscriptions: InFlight;
  /** Hears the beginning of each answer that tells of a failure, as JSON text. */
  onFailure?: (server: string, answer: string) => void;
  /** Logs a failure that no caller is waiting to hear of. */
  warn: (message: string, error: Error) => void;
}

import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Events } from "../events";
import type { Servers } from "../servers/server-info";
import type { Recorder } from "./calls/recorder";
import type { CallObserver } from "./observer";
import type { ToolRules } from "./tools/tool-rules";
import type { ByteBudget } from "./wire/byte-budget";

/** What every part of the gateway works with. */
export interface GatewayContext {
  config: OrchestratorConfig;
  servers: Servers;
  rules: ToolRules;
  recorder: Recorder;
  observer: CallObserver;
  events: Events;
  budget: ByteBudget;
  /** Told of what fails without anybody waiting for it. */
  warn: (message: string, error: Error) => void;
}

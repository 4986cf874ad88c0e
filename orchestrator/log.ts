import pino, { type BaseLogger, type Logger } from "pino";
import type { OrchestratorConfig } from "../config/orchestrator-config";

/** Where the parts write what an operator should know. */
export type Log = Pick<BaseLogger, "debug" | "info" | "warn" | "error">;

/** Keys whose values never reach the log, at the top of an entry or one level below. */
const SECRET = ["authorization", "token", "password", "secret", "secrets"];

/** The orchestrator's log: one line of JSON an event, on standard output. */
export function createLog(level: OrchestratorConfig["logLevel"], destination?: pino.DestinationStream): Logger {
  const paths = SECRET.flatMap((key) => [key, `*.${key}`, `*.headers.${key}`]);
  const options: pino.LoggerOptions = {
    level,
    base: undefined, // neither pid nor host name, as there is only one of each
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
    redact: { paths, censor: "[secret]" },
  };
  return destination ? pino(options, destination) : pino(options);
}

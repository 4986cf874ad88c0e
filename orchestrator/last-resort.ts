import { Counter, type Registry } from "prom-client";
import type { Log } from "./log";

/** What sockets, streams and HTTP clients say, by the beginning of the code. */
const CONNECTION = /^(E(CONN|PIPE|TIMEDOUT|HOST|NET|ADDRNOTAVAIL)|ERR_(STREAM|HTTP)|HPE_|UND_ERR_|ABORT_ERR)/;

/** True for an error of one connection; any other may have left the process in a state that nobody knows. */
export function isOfConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return error.name === "AbortError" || (typeof code === "string" && CONNECTION.test(code));
}

/**
 * What happens to an error that nobody caught: it is logged and counted, and ends the process unless it is a connection's.
 * Each one is a fault of this program; but one connection must not end everybody's sessions.
 * @returns for `uncaughtException`, which gets rejections that nobody handled as well
 */
export function lastResort(
  registry: Registry,
  log: Pick<Log, "error">,
  exit: (code: number) => void,
): (error: unknown) => void {
  const counter = new Counter({
    name: "dind_mcp_stray_errors_total",
    help: "Errors of connections that nobody caught: faults of the orchestrator that cost nobody a session.",
    registers: [registry],
  });
  return (error) => {
    log.error({ error }, "an error that nobody caught");
    if (isOfConnection(error)) counter.inc();
    else exit(1);
  };
}

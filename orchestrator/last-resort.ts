import { Counter, type Registry } from "prom-client";
import type { Log } from "./log";

/** Beginnings of the error codes of sockets, streams and HTTP clients. */
const CONNECTION = /^(E(CONN|PIPE|TIMEDOUT|HOST|NET|ADDRNOTAVAIL)|ERR_(STREAM|HTTP)|HPE_|UND_ERR_|ABORT_ERR)/;
/** Node found its own state to be wrong, so nothing it does from here on is reliable. */
const BROKEN = "ERR_INTERNAL_ASSERTION";

/** True for an error of one connection; any other is a mistake in this program's code. */
export function isOfConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return error.name === "AbortError" || (typeof code === "string" && CONNECTION.test(code));
}

/**
 * Handles errors that nobody caught, and rejections that nobody handled (`uncaughtException`). It logs and counts them,
 * and the process goes on, because the callback that threw belongs to one connection, call or timer, and shares no
 * state with others. To end the process would end everybody's sessions, as often as a client finds a way to cause it.
 * The process ends only before it serves, when a new start costs nobody anything, and when Node itself is broken.
 */
export class LastResort {
  /** True once clients are served. */
  serving = false;
  readonly #counter: Counter;

  constructor(
    registry: Registry,
    private readonly log: Pick<Log, "error">,
    private readonly exit: (code: number) => void,
  ) {
    this.#counter = new Counter({
      name: "dind_mcp_stray_errors_total",
      help: "Errors that nobody caught: faults of the orchestrator that cost at most one connection. kind: connection, fault.",
      labelNames: ["kind"],
      registers: [registry],
    });
    for (const kind of ["connection", "fault"]) this.#counter.inc({ kind }, 0); // so that the first one is an increase
  }

  caught(error: unknown): void {
    this.log.error({ error }, "an error that nobody caught");
    const ofConnection = isOfConnection(error);
    this.#counter.inc({ kind: ofConnection ? "connection" : "fault" });
    const broken = (error as NodeJS.ErrnoException | undefined)?.code === BROKEN;
    if (broken || !(this.serving || ofConnection)) this.exit(1);
  }
}

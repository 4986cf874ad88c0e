import { ServerStatus } from "../../../api/server-status";
import type { ServerInfo } from "../../servers/server-info";
import { GatewayError } from "../gateway-api";
import type { RequestFrame, ResponseFrame } from "../wire/frame";
import { ErrorCode, textOr } from "../wire/json-rpc";
import { capabilitiesIn } from "../wire/lists";
import { LEGACY_VERSIONS } from "../wire/modern";
import { answerTo, NoAnswer } from "./answer-to";
import { type Backend, startTimeout, stateOf } from "./backend";
import type { Connection } from "./connection";
import { ModernAsLegacy } from "./translate/modern-as-legacy";
import type { Upstream } from "./upstream";

/** A connection on which `initialize` was answered. */
export interface Handshake<C> {
  connection: C;
  /** True when the process was started ahead. */
  warm: boolean;
  /** The server's answer to `initialize`: a result, or an error. */
  answer: ResponseFrame;
}

/** Codes with which a server that speaks only the modern era answers `initialize`, which that era does not have. */
const NOT_MY_ERA: number[] = [
  ErrorCode.MethodNotFound,
  ErrorCode.UnsupportedVersion,
  ErrorCode.InvalidParams,
  ErrorCode.InvalidRequest,
];

/**
 * Opens a legacy connection, and initialises it. When the server refuses the version, older ones are tried. When it
 * speaks only the modern era, ModernAsLegacy translates. `mcp-init check` does the same.
 * @param who the principal it is for; undefined: the gateway itself, or all clients
 * @param initialize the client's own; only a version that the server refuses is changed
 * @param make makes the caller's kind of connection
 * @param signal aborts when the caller stops waiting
 * @throws GatewayError when there is no connection, the process ends, or there is no answer in time
 */
export async function handshake<C extends Connection>(
  backend: Backend,
  who: string | undefined,
  initialize: RequestFrame,
  make: (upstream: Upstream) => C,
  signal?: AbortSignal,
): Promise<Handshake<C>> {
  const open = async (request: RequestFrame, wrap: (upstream: Upstream) => Upstream): Promise<Handshake<C>> => {
    const { upstream, warm } = await backend.open(who);
    const connection = make(wrap(upstream));
    return { connection, warm, answer: await initialized(backend, connection, request, signal) };
  };
  const { eras } = backend;
  let refusal: ResponseFrame | undefined;
  if (eras.legacy !== false) {
    const asked = known(initialize, eras.version);
    let done = await open(asked, (upstream) => upstream);
    if (done.answer.error) refusal = done.answer;
    for (const version of refusal ? olderVersions(asked, refusal) : []) {
      done.connection.close();
      done = await open(withVersion(asked, version), (upstream) => upstream);
      if (done.answer.error) continue;
      eras.version = version;
      break;
    }
    if (!done.answer.error) eras.legacy = true;
    if (!refusal?.error || !done.answer.error) return done;
    if (eras.legacy || !NOT_MY_ERA.includes(refusal.error.code)) return { ...done, answer: refusal };
    done.connection.close();
  }
  const done = await open(initialize, (upstream) => new ModernAsLegacy(upstream));
  if (!done.answer.error) backend.eras = { legacy: false, modern: true };
  // When the server refused both, its first refusal is about what the client asked for.
  return done.answer.error && refusal ? { ...done, answer: refusal } : done;
}

const versionOf = (initialize: RequestFrame): string => textOr(initialize.at("params", "protocolVersion"), "");

function withVersion(initialize: RequestFrame, version: string): RequestFrame {
  return initialize.replace({ path: ["params", "protocolVersion"], json: JSON.stringify(version) });
}

/** Lowers the version to the newest that the server is known to accept. Versions are dates, so text compares. */
function known(initialize: RequestFrame, version: string | undefined): RequestFrame {
  return version !== undefined && versionOf(initialize) > version ? withVersion(initialize, version) : initialize;
}

/** Returns older versions to try after a refusal, newest first; none when the server refused for another reason. */
function olderVersions(asked: RequestFrame, refusal: ResponseFrame): string[] {
  const older = LEGACY_VERSIONS.filter((version) => version < versionOf(asked));
  const supported = refusal.at("error", "data", "supported");
  if (Array.isArray(supported)) return older.filter((version) => supported.includes(version));
  return /version/i.test(textOr(refusal.error?.message, "")) ? older : [];
}

async function initialized(
  backend: Backend,
  connection: Connection,
  initialize: RequestFrame,
  signal: AbortSignal | undefined,
): Promise<ResponseFrame> {
  const limit = startTimeout(backend.info());
  try {
    const answer = await answerTo((call) => connection.send(call), { request: initialize }, limit, signal);
    if (!answer.error) backend.capabilities ??= capabilitiesIn(answer.at("result", "capabilities"));
    return answer;
  } catch (error) {
    connection.close();
    if (!(error instanceof NoAnswer)) throw error;
    const { why } = error;
    const failed = (status: number, code: number, words: string): GatewayError =>
      new GatewayError(status, code, `server ${backend.name}: ${words}`, { server: backend.name });
    if (why === "left")
      throw failed(503, ErrorCode.ServerUnavailable, "the session ended before initialize was answered");
    if (why !== "late" && why.busy) throw failed(503, ErrorCode.Busy, why.reason);
    const more = `${connection.upstream.printed ?? ""}${unwell(backend.info())}`;
    if (why === "late")
      throw failed(504, ErrorCode.Timeout, `no answer to initialize within ${limit} ms (timeouts.start)${more}`);
    throw failed(502, ErrorCode.ServerUnavailable, `${why.reason} before it answered initialize${more}`);
  }
}

/** Returns the server's state as the end of a sentence; empty while the server is running. */
const unwell = (info: ServerInfo): string => (info.status === ServerStatus.Running ? "" : `; it is ${stateOf(info)}`);

import { GatewayError } from "../gateway-api";
import type { RequestFrame, ResponseFrame } from "../wire/frame";
import { ErrorCode, objectOf } from "../wire/json-rpc";
import { type Backend, startTimeout } from "./backend";
import { ModernAsLegacy } from "./translate/modern-as-legacy";
import { answersPing, type Upstream, type UpstreamUser } from "./upstream";

/** A connection on which `initialize` was answered. */
export interface Handshake {
  upstream: Upstream;
  warm: boolean;
  /** The server's answer: a result, or its refusal. */
  answer: ResponseFrame;
  /** Hands the connection over, with what the server said meanwhile. */
  takeOver(user: UpstreamUser): void;
}

/** A server of the modern era has no `initialize`: it answers with one of these. */
const NOT_MY_ERA: number[] = [
  ErrorCode.MethodNotFound,
  ErrorCode.UnsupportedVersion,
  ErrorCode.InvalidParams,
  ErrorCode.InvalidRequest,
];

/**
 * Opens a connection of the legacy era: the client's own `initialize` goes to the server as it is. A server that
 * only knows the modern era is spoken to through a translator.
 * @param signal nobody waits any more
 * @throws GatewayError when there is no connection, the process ends, or there is no answer in time
 */
export async function handshake(backend: Backend, initialize: RequestFrame, signal?: AbortSignal): Promise<Handshake> {
  if (backend.shared && backend.openShared) {
    return { ...(await exchange(backend, await backend.openShared(), initialize, signal)), warm: true };
  }
  return ownHandshake(backend, initialize, signal);
}

/** The same on a connection of its own, also where clients share one: that is how the shared one begins. */
export async function ownHandshake(
  backend: Backend,
  initialize: RequestFrame,
  signal?: AbortSignal,
): Promise<Handshake> {
  if (backend.eras.legacy === false) return translated(backend, initialize, signal);
  const opened = await backend.open();
  const done = await exchange(backend, opened.upstream, initialize, signal);
  if (!done.answer.error) backend.eras.legacy = true;
  else if (backend.eras.legacy === undefined && NOT_MY_ERA.includes(done.answer.error.code)) {
    opened.upstream.close();
    return translated(backend, initialize, signal).then((modern) => {
      if (!modern.answer.error) backend.eras = { legacy: false, modern: true };
      return modern;
    });
  }
  return { ...done, warm: opened.warm };
}

async function translated(
  backend: Backend,
  initialize: RequestFrame,
  signal: AbortSignal | undefined,
): Promise<Handshake> {
  const { upstream, warm } = await backend.open();
  return { ...(await exchange(backend, new ModernAsLegacy(upstream), initialize, signal)), warm };
}

function exchange(
  backend: Backend,
  upstream: Upstream,
  initialize: RequestFrame,
  signal: AbortSignal | undefined,
): Promise<Omit<Handshake, "warm">> {
  const limit = startTimeout(backend.info());
  return new Promise((resolve, reject) => {
    const early: Parameters<UpstreamUser["message"]>[] = [];
    let end: Parameters<UpstreamUser["ended"]>[0] | undefined;
    let answered = false;
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", left);
    };
    const fail = (status: number, code: number, words: string) => {
      settled();
      upstream.close();
      reject(new GatewayError(status, code, `server ${backend.name}: ${words}`, { server: backend.name }));
    };
    const left = () => fail(503, ErrorCode.ServerUnavailable, "the session ended before initialize was answered");
    const timer = setTimeout(() => fail(504, ErrorCode.Timeout, `no answer to initialize within ${limit} ms`), limit);
    const takeOver = (user: UpstreamUser) => {
      upstream.user = user;
      for (const message of early.splice(0)) user.message(...message);
      if (end) user.ended(end);
    };
    upstream.user = {
      message: (...arrived) => {
        const [frame] = arrived;
        if (answersPing(upstream, frame)) return;
        if (answered || !frame.isResponse() || frame.id !== initialize.id) return void early.push(arrived);
        answered = true;
        settled();
        if (!frame.error) backend.capabilities ??= objectOf(frame.at("result", "capabilities"));
        resolve({ upstream, answer: frame, takeOver });
      },
      ended: (how) => {
        end = how;
        if (answered) return;
        if (how.busy) fail(503, ErrorCode.Busy, how.reason);
        else fail(502, ErrorCode.ServerUnavailable, `${how.reason} before it answered initialize`);
      },
    };
    if (signal?.aborted) left();
    else signal?.addEventListener("abort", left);
    upstream.send(initialize);
  });
}

import { PAGE_HEADER, pagePaths } from "../../../../api/paths";
import type { ProblemDetails } from "../../../../api/problem";
import { parseExactly } from "../../../../lib/exact-json";
import { pageKey } from "./page-key";

/** An answer that is no success: a problem of the API, or none at all. */
export class Failure extends Error {
  /** @param status 0: the orchestrator did not answer */
  constructor(
    readonly status: number,
    message: string,
    readonly problems: ProblemDetails["problems"] = [],
    /** The last lines of a server's log, where they say more. */
    readonly logs: string[] = [],
  ) {
    super(message);
  }
}

const HEADERS = { [PAGE_HEADER]: pageKey() };

/** Sends a request with the rights of who is signed in. @throws Failure */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...HEADERS, ...init.headers };
  const answer = await fetch(path, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new Failure(0, "the orchestrator does not answer");
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => undefined)) as ProblemDetails | undefined;
  throw new Failure(answer.status, problem?.detail ?? answer.statusText, problem?.problems, problem?.logs);
}

/** Reads JSON. @throws Failure */
export async function read<Value>(path: string, signal?: AbortSignal): Promise<Value> {
  return (await send(path, { signal })).json() as Promise<Value>;
}

/** Reads JSON in which no number is another one than was sent. @throws Failure */
export async function readExactly<Value>(path: string, signal?: AbortSignal): Promise<Value> {
  return parseExactly(await (await send(path, { signal })).text()) as Value;
}

/** Sends a JSON text by POST as it is. @returns the answer, its numbers exact @throws Failure */
export async function postText<Value>(path: string, body: string): Promise<Value> {
  const headers = { "content-type": "application/json" };
  return parseExactly(await (await send(path, { method: "POST", body, headers })).text()) as Value;
}

/** Sends JSON by POST. @returns the answer; undefined where it has no body @throws Failure */
export async function post<Value>(path: string, body: unknown = {}): Promise<Value> {
  const headers = { "content-type": "application/json" };
  const answer = await send(path, { method: "POST", body: JSON.stringify(body), headers });
  const text = await answer.text();
  return (text === "" ? undefined : JSON.parse(text)) as Value;
}

/** Signs in with a token, or with the code of a link. @throws Failure */
export const signIn = (by: { token: string } | { code: string }): Promise<void> => post(pagePaths.signIn, by);

/** @throws Failure */
export const signOut = (): Promise<void> => post(pagePaths.signOut);

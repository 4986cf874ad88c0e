import { type ServerResponse, STATUS_CODES } from "node:http";
import { type InputProblem, PROBLEM_TYPE, type ProblemDetails } from "../../api/problem";
import type { Finding } from "../../lib/findings";
import { countProblems, ProblemsError } from "../../lib/problems";
import type { Rejection } from "../security/principal";

/** The `type` of an answer that has `problems`; of every other it is about:blank, so its title is the status's name. */
const INVALID_INPUT = "urn:dind-mcp:invalid-input";

/** An answer that is an error. Its message goes to the caller: no secret, no name the caller may not know. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** What is wrong in a part of a request, for Fastify: it gives errors of validators on to the error handler. */
export class InvalidInput extends HttpError {
  readonly problems: InputProblem[];

  constructor(status: 400 | 422, findings: Finding[]) {
    super(status, `${countProblems(findings)} in the request`);
    this.problems = findings.map(({ path, line, ...finding }) => {
      return { path: path.join(".") || (line ? `line ${line}` : "(the request)"), ...finding };
    });
  }
}

function details(status: number, detail: string, instance: string, problems?: InputProblem[]): ProblemDetails {
  const type = problems ? INVALID_INPUT : "about:blank";
  const title = problems ? "Invalid input" : (STATUS_CODES[status] ?? "Error");
  return { type, title, status, detail, instance, ...(problems ? { problems } : {}) };
}

function statusOf(error: object): number | undefined {
  const { status, statusCode, code } = error as { status?: unknown; statusCode?: unknown; code?: unknown };
  // Fastify's own; the status codes of Docker's client mean something else.
  const fastify = typeof code === "string" && code.startsWith("FST_ERR_");
  const known = fastify ? statusCode : status;
  return typeof known === "number" && known >= 400 && known <= (fastify ? 499 : 599) ? known : undefined;
}

/**
 * The answer to any error. An error that is not meant for the caller shows nothing of itself.
 * @returns `fault`: true when it is ours to mend, and so has to be logged
 */
export function problemOf(
  error: unknown,
  instance: string,
): { body: ProblemDetails; headers: Record<string, string>; fault: boolean } {
  if (error instanceof ProblemsError) {
    const problems = error.problems.map(({ path, got, expected, fix }) => ({ path, got, expected, fix }));
    const detail = `${countProblems(problems)} found, nothing was changed`;
    return { body: details(422, detail, instance, problems), headers: {}, fault: false };
  }
  const status = error instanceof Error ? statusOf(error) : undefined;
  if (status === undefined) {
    return { body: details(500, "the orchestrator's log has the reason", instance), headers: {}, fault: true };
  }
  const { message, problems, headers, logs } = error as HttpError & { problems?: InputProblem[]; logs?: string[] };
  const body = { ...details(status, message, instance, problems), ...(logs?.length ? { logs } : {}) };
  return { body, headers: headers ?? {}, fault: false };
}

/** Answers on a bare response, before or beside Fastify. */
export function reject(response: ServerResponse, rejection: Rejection, instance: string): void {
  const { status, title, detail, headers } = rejection;
  const body = JSON.stringify({ ...details(status, detail, instance), title });
  response.writeHead(status, {
    "Content-Type": PROBLEM_TYPE,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...headers,
  });
  response.end(body);
}

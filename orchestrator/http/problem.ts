import { type ServerResponse, STATUS_CODES } from "node:http";
import { type InputProblem, PROBLEM_TYPE, type ProblemDetails } from "../../api/problem";
import type { Finding } from "../../lib/findings";
import { countProblems, ProblemsError } from "../../lib/problems";
import type { Rejection } from "../security/principal";

/**
 * The `type` of an answer with `problems`. All others have about:blank, so their title is the status's name (RFC
 * 9457).
 */
const INVALID_INPUT = "urn:dind-mcp:invalid-input";

/** Most problems that an answer tells; its `detail` has their number. A body can have 50,000. */
const MOST_PROBLEMS = 500;

/**
 * An error answer. Its message goes to the caller, so it must hold no secret and no name that the caller may not see.
 */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** The problems of one part of a request. Fastify passes it from the validator to the error handler. */
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
  return { type, title, status, detail, instance, ...(problems ? { problems: problems.slice(0, MOST_PROBLEMS) } : {}) };
}

function statusOf(error: object): number | undefined {
  const { status, statusCode, code } = error as { status?: unknown; statusCode?: unknown; code?: unknown };
  // Only Fastify's own errors: a `statusCode` of Docker's client is the engine's answer, not ours.
  const fastify = typeof code === "string" && code.startsWith("FST_ERR_");
  const known = fastify ? statusCode : status;
  return typeof known === "number" && known >= 400 && known <= (fastify ? 499 : 599) ? known : undefined;
}

/**
 * Returns the answer to any error. It shows nothing of an error that is not meant for the caller.
 * @returns `fault`: true for a fault of ours, which has to be logged
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

/** Sends a problem on a plain Node response, outside Fastify. */
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

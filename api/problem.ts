import { z } from "zod";

/** Content type of every error. */
export const PROBLEM_TYPE = "application/problem+json";

const inputProblem = z.object({
  path: z.string().describe("Where in the input: a key path like resources.memory"),
  got: z.string(),
  expected: z.string(),
  fix: z.string().optional(),
});

/** The body of every error (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe("The request's id, as in the header X-Request-Id"),
    problems: z.array(inputProblem).optional().describe("Everything that is wrong in the input, at once"),
    logs: z.array(z.string()).optional().describe("The last lines of the server's log, where they say more"),
  })
  .meta({ id: "Problem", description: "What went wrong (RFC 9457)" });
export type ProblemDetails = z.output<typeof problemSchema>;
export type InputProblem = z.output<typeof inputProblem>;

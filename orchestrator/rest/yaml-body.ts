import type { FastifyRequest } from "fastify";
import { parseYaml } from "../../lib/yaml";
import { InvalidInput } from "../http/problem";

/** Reads a YAML body, as Fastify calls parsers. It fails with InvalidInput: every mistake, with its line. */
export function readYaml(
  _request: FastifyRequest,
  body: string | Buffer,
  done: (error: Error | null, body?: unknown) => void,
): void {
  const parsed = parseYaml(body.toString());
  if (parsed.findings) done(new InvalidInput(400, parsed.findings));
  else done(null, parsed.document);
}

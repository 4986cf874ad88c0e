import type { FastifyRequest } from "fastify";
import { isMapping } from "../../lib/mapping";
import { type CommentAt, parseYaml } from "../../lib/yaml";
import { withMarked } from "../../manifest/not-secrets";
import { InvalidInput } from "../http/problem";

/** Reads a YAML body, as Fastify calls parsers. It fails with InvalidInput: every mistake, with its line. */
export function readYaml(
  _request: FastifyRequest,
  body: string | Buffer,
  done: (error: Error | null, body?: unknown) => void,
): void {
  const parsed = parseYaml(body.toString());
  if (parsed.findings) done(new InvalidInput(400, parsed.findings));
  else done(null, marked(parsed.document, parsed.commentAt));
}

/** With `# not a secret` of a manifest taken into it, whether it stands alone or in an envelope. */
function marked(document: unknown, commentAt: CommentAt): unknown {
  if (!isMapping(document) || !isMapping(document.manifest)) return withMarked(document, commentAt);
  return { ...document, manifest: withMarked(document.manifest, (path) => commentAt(["manifest", ...path])) };
}

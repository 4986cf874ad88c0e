import type { Finding } from "../../lib/findings";
import { isMapping } from "../../lib/mapping";
import { type CommentAt, parseYaml } from "../../lib/yaml";
import { withMarked } from "../../manifest/not-secrets";

/** What a YAML body holds, or what is wrong with it. */
export type YamlBody = { document: unknown } | { findings: Finding[] };

/** Most mistakes to report of one body: a text that is no YAML at all has one in every line. */
const MOST = 20;

/** Reads a body on the calling thread. A small one takes milliseconds, a hostile one many seconds. */
export function readYaml(text: string): YamlBody {
  const parsed = parseYaml(text);
  if (parsed.findings) return { findings: parsed.findings.slice(0, MOST) };
  return { document: marked(parsed.document, parsed.commentAt) };
}

/** Applies the comments `# not a secret` to the manifest, whether it stands alone or in an envelope. */
function marked(document: unknown, commentAt: CommentAt): unknown {
  if (!isMapping(document) || !isMapping(document.manifest)) return withMarked(document, commentAt);
  return { ...document, manifest: withMarked(document.manifest, (path) => commentAt(["manifest", ...path])) };
}

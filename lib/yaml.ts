import { isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { Finding, Locate, Path } from "./findings";

/** How many times over aliases may repeat what they stand for: enough for any file, too few for a bomb. */
const ALIASES = 100;

/** What a YAML text holds, or all that keeps it from being YAML. */
export type ParsedYaml =
  | { document: unknown; locate: Locate; commentAt: CommentAt; findings?: undefined }
  | { findings: Finding[] };

/** The comment behind the value at a key path, on its line. */
export type CommentAt = (path: Path) => string | undefined;

/** Reads YAML (and so JSON), and keeps the lines of its keys. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines });
  if (yaml.errors.length > 0) {
    const findings = yaml.errors.map(({ message, linePos }): Finding => {
      const got = (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
      return { path: [], line: linePos?.[0].line, got, expected: "valid YAML" };
    });
    return { findings };
  }
  const locate = (path: Path): number | undefined => {
    // A key that is not there is missing in what should hold it.
    for (let depth = path.length; depth > 0; depth--) {
      const node = yaml.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  };
  const commentAt = (path: Path): string | undefined => {
    const node = yaml.getIn(path, true);
    return isScalar(node) ? node.comment?.trim() : undefined;
  };
  try {
    return { document: yaml.toJS({ maxAliasCount: ALIASES }), locate, commentAt };
  } catch (error) {
    return { findings: [{ path: [], got: (error as Error).message, expected: "YAML without so many aliases" }] };
  }
}

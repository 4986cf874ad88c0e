import { Document, isMap, isScalar, type Scalar, visit } from "yaml";
import type { Path } from "../../lib/findings";
import { oneLine } from "../../lib/plain-text";
import { manifestSchema } from "../schema";
import { formatNote, type ImportNote } from "../server-json";

/** Characters that a reader of the file would not see, or would take for others. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const LONGEST_COMMENT = 300;

/**
 * The text of a server.yaml with its notes: beside the key that a note is about, or at the top.
 * Nothing in the values or notes can end a line, a text or a comment.
 * @param head first lines of comment
 */
export function manifestText(manifest: Record<string, unknown>, notes: ImportNote[], head: string[]): string {
  const document = new Document(manifest);
  const top = head.map(comment);
  for (const note of notes) {
    // A note on a key that only server.json has needs no place here.
    const text = comment(`${String(note.path[0]) in manifestSchema.shape ? "TODO: " : ""}${formatNote(note)}`);
    const key = keyAt(document, note.path);
    if (key) key.commentBefore = [key.commentBefore, text].filter(Boolean).join("\n");
    else top.push(text);
  }
  document.commentBefore = top.join("\n");
  // Hidden characters become escapes, which only quoted texts can hold.
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && HIDDEN.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document
    .toString({ lineWidth: 0, defaultStringType: "PLAIN" })
    .replace(new RegExp(`(?!\n)${HIDDEN.source}`, "gu"), (hidden) => {
      return `\\U${(hidden.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
    });
}

function comment(text: string): string {
  return ` ${oneLine(text, LONGEST_COMMENT)}`;
}

/** Returns the key at a path, or that of the mapping that should hold it. */
function keyAt(document: Document, path: Path): Scalar | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const holder = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const pair = isMap(holder)
      ? holder.items.find(({ key }) => isScalar(key) && key.value === path[depth - 1])
      : undefined;
    if (isScalar(pair?.key)) return pair.key;
  }
  return undefined;
}

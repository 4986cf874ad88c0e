import type { Path } from "../../lib/findings";
import { oneLine } from "../../lib/plain-text";

/** Something about an import that its user should know. */
export interface ImportNote {
  /** Where in the manifest, or which key of server.json was left out. */
  path: Path;
  /** One line, whatever the document held. */
  text: string;
  /** The manifest is not complete without it. */
  fill: boolean;
}

/** A note of what could not be carried over. */
export function note(path: Path, text: string): ImportNote {
  return { path, text: oneLine(text), fill: false };
}

/** A note of what is left to be filled in. */
export function toFill(path: Path, text: string): ImportNote {
  return { path, text: oneLine(text), fill: true };
}

/** A note as one line: `transport.command: TEXT`. */
export function formatNote({ path, text }: ImportNote): string {
  return oneLine(`${path.join(".")}: ${text}`);
}

import type { FileFormat } from "../../../api/clients/client";
import type { Format } from "./format";
import { json } from "./json";
import { toml } from "./toml";
import { yaml } from "./yaml";

/** How each kind of file is read and edited. */
export const FORMATS: Record<FileFormat, Format> = { json, toml, yaml };

/** The same for files that begin with a text of their client's: nothing but that in a file is nothing. */
export function formatOf(name: FileFormat, begin?: string): Format {
  const format = FORMATS[name];
  if (begin === undefined) return format;
  const isNothing = (text: string) => format.isNothing(text) || text.trim() === begin.trim();
  return { ...format, empty: begin, isNothing };
}

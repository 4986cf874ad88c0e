import { readFileSync } from "node:fs";

/**
 * The text of bytes that a person's editor or shell wrote: UTF-8, or UTF-16 by its byte order mark, which PowerShell's `>`
 * writes. The mark is no part of the text; line ends are as they were.
 */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** The text of a file that a person wrote, without a byte order mark. */
export const readText = (path: string): string => textOf(readFileSync(path));

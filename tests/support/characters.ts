import fc from "fast-check";

/** Any code point. What fast-check's own `unit: "binary"` is, without its table of a million entries, which takes a second. */
export const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));

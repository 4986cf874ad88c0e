/** Bytes of a mebibyte. */
export const MEBIBYTE = 2 ** 20;

const BYTES = { m: MEBIBYTE, g: 2 ** 30 } as const;

/** What a size looks like, Docker's style: a whole number and one unit. */
export const SIZE = /^([1-9]\d{0,6})(m|g)$/;

/** Reads `256m`, `1g`. @returns bytes, or undefined when it is not a size */
export function parseBytes(text: string): number | undefined {
  const [, count, unit] = SIZE.exec(text) ?? [];
  return unit ? Number(count) * BYTES[unit as keyof typeof BYTES] : undefined;
}

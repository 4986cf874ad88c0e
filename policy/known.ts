/** A value that Pulumi does not know before the update. No policy judges it until then. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** What an optional input may be in a preview. */
export type Maybe<T> = T | typeof UNKNOWN | undefined;

/**
 * Copies what Pulumi hands to a policy. There, reading an unknown value is an error that ends the whole policy with a
 * notice; here it is UNKNOWN, and the rest is still checked. What YAML leaves empty (null) was not given.
 */
export function known(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== "object") return value;
  const at = (key: string | number): unknown => known(read(value as Record<string | number, unknown>, key));
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => at(index));
  return Object.fromEntries(Object.keys(value).map((key) => [key, at(key)]));
}

function read(holder: Record<string | number, unknown>, key: string | number): unknown {
  try {
    return holder[key];
  } catch {
    return UNKNOWN; // the proxy throws for nothing else
  }
}

/** The members of a list that are known; none when the list itself is not, or is not there. */
export function items<T>(list: Maybe<Maybe<T>[]>): T[] {
  if (!Array.isArray(list)) return [];
  return list.filter((item): item is T => item !== UNKNOWN && item !== undefined);
}

/** True when the list or one of its members is unknown, so that the update may add what it lacks now. */
export function isOpen(list: Maybe<unknown[]>): boolean {
  return list === UNKNOWN || (Array.isArray(list) && list.includes(UNKNOWN));
}

/** The value as text, when it is known text. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** True when a value was not given, and not when it is only unknown as yet. */
export function absent(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === 0;
}

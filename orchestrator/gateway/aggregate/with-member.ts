import type { JsonObject } from "../wire/json-rpc";

/**
 * Returns the object with a member set; the same object when nothing changes.
 * @param value undefined removes the member
 */
export function withMember(given: JsonObject, key: string, value: unknown): JsonObject {
  if (given[key] === value) return given;
  if (value !== undefined) return { ...given, [key]: value };
  const { [key]: _, ...rest } = given;
  return rest;
}

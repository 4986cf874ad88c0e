import { stringify } from "yaml";

/** Writes a value as YAML on one line. Quotes text that YAML 1.1 would take for something else. */
export function yamlLine(value: unknown): string {
  const collections =
    typeof value === "object" ? ({ collectionStyle: "flow", flowCollectionPadding: false } as const) : {};
  return stringify(value, { ...collections, lineWidth: 0, compat: "yaml-1.1" }).trim();
}

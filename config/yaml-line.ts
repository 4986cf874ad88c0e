import { stringify } from "yaml";

/** A value as YAML on one line; what YAML 1.1 would take for something else than text is quoted. */
export function yamlLine(value: unknown): string {
  const collections =
    typeof value === "object" ? ({ collectionStyle: "flow", flowCollectionPadding: false } as const) : {};
  return stringify(value, { ...collections, lineWidth: 0, compat: "yaml-1.1" }).trim();
}

import { stringify } from "yaml";
import { tomlTable } from "../lib/toml-text";
import type { ClientConfig } from "./client-configs";
import { FileFormat } from "./clients/client";

type Data = Record<string, unknown>;

/** A client's file, as it is written when there is none yet, with an end of line behind it. */
export function fileText({ config, format, begin = "" }: Pick<ClientConfig, "config" | "format" | "begin">): string {
  if (format === FileFormat.Yaml) return begin + stringify(config, { lineWidth: 0 });
  if (format === FileFormat.Json) return `${JSON.stringify(config, null, 2)}\n`;
  const tables = Object.entries(config).flatMap(([name, entries]) =>
    Object.entries(entries as Data).map(([key, value]) => tomlTable([name, key], value as Data)),
  );
  return begin + tables.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

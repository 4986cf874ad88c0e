import type { OpenAPIV3_1 } from "openapi-types";

const METHODS = ["get", "post", "delete"] as const;

function scopeOf({ security }: OpenAPIV3_1.OperationObject): string {
  return security?.[0]?.bearer?.join(", ") ?? "none";
}

function queryOf({ parameters = [] }: OpenAPIV3_1.OperationObject): string {
  const query = (parameters as OpenAPIV3_1.ParameterObject[]).filter((parameter) => parameter.in === "query");
  return query.map(({ name }) => `\`${name}\``).join(" ");
}

/** The operations of an OpenAPI description as a table in Markdown, columns padded to be read as text too. */
export function operationTable({ paths = {} }: OpenAPIV3_1.Document): string {
  const rows = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item?.[method];
      if (!operation) return [];
      return [[`\`${method.toUpperCase()} ${path}\``, scopeOf(operation), operation.summary ?? "", queryOf(operation)]];
    }),
  );
  const all = [["operation", "scope", "", "query"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return `${[line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n")}\n`;
}

import type { OpenAPIV3_1 } from "openapi-types";
import { markdownTable } from "../../lib/text-table";

const METHODS = ["get", "post", "delete"] as const;

function scopeOf({ security }: OpenAPIV3_1.OperationObject): string {
  const [scope] = security?.[0]?.bearer ?? ["none"];
  return scope ?? "any";
}

function queryOf({ parameters = [] }: OpenAPIV3_1.OperationObject): string {
  const query = (parameters as OpenAPIV3_1.ParameterObject[]).filter((parameter) => parameter.in === "query");
  return query.map(({ name }) => `\`${name}\``).join(" ");
}

/** The operations of an OpenAPI description as a table in Markdown. */
export function operationTable({ paths = {} }: OpenAPIV3_1.Document): string {
  const rows = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item?.[method];
      if (!operation) return [];
      return [[`\`${method.toUpperCase()} ${path}\``, scopeOf(operation), operation.summary ?? "", queryOf(operation)]];
    }),
  );
  return `${markdownTable([["operation", "scope", "", "query"], ...rows])}\n`;
}

import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";
import type { Finding } from "../../lib/findings";
import { zodFindings } from "../../lib/zod-findings";
import { InvalidInput } from "../http/problem";

/** Keys whose values are never shown, not even when they are of the wrong type. */
const SECRET = "secrets";

function withoutSecrets(finding: Finding): Finding {
  return finding.path[0] === SECRET && finding.path.length > 1 ? { ...finding, got: "something else" } : finding;
}

/** Checks one part of a request. One answer reports everything that is wrong in it. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (data) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    const findings = zodFindings(parsed.error, data, schema).map(withoutSecrets);
    return { error: new InvalidInput(400, findings) };
  };
};

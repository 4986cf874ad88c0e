import assert from "node:assert/strict";
import Ajv2020 from "ajv/dist/2020";
import type { OpenAPIV3_1 } from "openapi-types";

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** One operation of an OpenAPI description. */
export interface Operation {
  id: string;
  /** As HTTP writes it: GET, POST, ... */
  method: string;
  /** With its parameters in braces. */
  path: string;
  /** What its token has to allow, `any`: any token will do; undefined when it needs none. */
  scope?: string;
}

/** What a server answered. `body` is parsed when it is JSON. */
export interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
}

function pointer(...keys: string[]): string {
  return keys.map((key) => `/${encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");
}

/** An OpenAPI description that answers of a running server are held against. */
export class Contract {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });

  constructor(private readonly document: OpenAPIV3_1.Document) {
    this.#ajv.addSchema(document, "api");
  }

  get operations(): Operation[] {
    return Object.entries(this.document.paths ?? {}).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item?.[method];
        if (!operation?.operationId) return [];
        const scopes = operation.security?.[0]?.bearer;
        const scope = scopes && (scopes[0] ?? "any");
        return [{ id: operation.operationId, method: method.toUpperCase(), path, ...(scope ? { scope } : {}) }];
      }),
    );
  }

  /** Checks status, content type and body against the description. @throws AssertionError */
  check({ method, path }: Operation, { status, headers, body }: Answered): void {
    const what = `${method} ${path} answered ${status}`;
    const responses = (this.document.paths?.[path]?.[method.toLowerCase() as "get"]?.responses ?? {}) as Record<
      string,
      OpenAPIV3_1.ResponseObject
    >;
    const key = [`${status}`, `${Math.floor(status / 100)}XX`].find((one) => responses[one]);
    assert.ok(key, `${what}: the description has only ${Object.keys(responses).join(", ")}`);
    const type = (headers.get("content-type") ?? "").split(";")[0] ?? "";
    const content = responses[key]?.content ?? {};
    if (type === "" && Object.keys(content).length === 0) return;
    assert.ok(content[type], `${what} as ${type || "nothing"}: the description has ${Object.keys(content).join(", ")}`);
    if (!type.endsWith("json")) return;
    const place = pointer("paths", path, method.toLowerCase(), "responses", key, "content", type, "schema");
    const validate = this.#ajv.getSchema(`api#${place}`); // compiled once, unlike by compile()
    assert.ok(validate?.(body), `${what}: ${this.#ajv.errorsText(validate?.errors)}\n${JSON.stringify(body)}`);
  }
}

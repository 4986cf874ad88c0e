import assert from "node:assert/strict";
import type { OpenAPIV3_1 } from "openapi-types";
import { openApi } from "../../../../orchestrator/rest/openapi-docs";

describe("orchestrator: OpenAPI description", () => {
  let made: OpenAPIV3_1.Document;
  before(async () => {
    made = await openApi();
  });

  it("refers only to schemas that it has, and has none that nothing refers to", () => {
    const text = JSON.stringify(made);
    const referred = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    assert.deepEqual([...referred].toSorted(), Object.keys(made.components?.schemas ?? {}).toSorted());
  });

  it("has the manifest as editors know it", () => {
    const manifest = made.components?.schemas?.Manifest as { required: string[]; properties: Record<string, object> };
    assert.ok(manifest.required.includes("transport"));
    assert.ok(manifest.properties.egress);
  });

  it("says of every operation what it is, and what its parameters mean when their names do not", () => {
    for (const [path, item] of Object.entries(made.paths ?? {})) {
      for (const operation of Object.values(item ?? {}) as OpenAPIV3_1.OperationObject[]) {
        assert.ok(operation.summary && operation.operationId && operation.tags?.length === 1, path);
        assert.ok(operation.security, `${path} says not who may use it`);
      }
    }
    const ids = Object.values(made.paths ?? {}).flatMap((item) =>
      Object.values(item ?? {}).map((operation) => (operation as OpenAPIV3_1.OperationObject).operationId),
    );
    assert.equal(new Set(ids).size, ids.length);
  });
});

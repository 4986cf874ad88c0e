import assert from "node:assert/strict";
import { ApiErrorKind } from "../../../api/error";
import { paths } from "../../../api/paths";
import description from "../../../docs/openapi.json";

describe("the paths of the API", () => {
  it("are in its description", () => {
    const described = Object.keys(description.paths);
    const served = (path: string) =>
      described.some((one) => new RegExp(`^${one.replace(/\{\w+\}/g, "[^/]+")}$`).test(path));
    for (const [name, path] of Object.entries(paths)) {
      const made = typeof path === "string" ? path : path("a", "start");
      assert.ok(served(made), `${name}: ${made}`);
    }
  });

  it("never lead elsewhere by a name", () => {
    for (const name of ["", ".", ".."]) {
      assert.throws(() => paths.server(name), { kind: ApiErrorKind.NotFound });
      assert.throws(() => paths.call("files", name), { kind: ApiErrorKind.NotFound });
    }
    assert.equal(paths.server("../a b%"), "/v1/servers/..%2Fa%20b%25");
  });
});

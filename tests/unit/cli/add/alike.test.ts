import assert from "node:assert/strict";
import { join } from "node:path";
import { alikeSources } from "../../../../cli/add/alike";
import { readRecipes } from "../../../../cli/add/recipes";

describe("servers add: what is no source", () => {
  const recipes = readRecipes(join(__dirname, "../../../.."));
  const meant = (from: string, ...args: string[]): string => alikeSources(from, args, recipes).join(" ");

  it("may be meant as the package of a command that starts one", () => {
    assert.equal(meant("npx:@user/weather@1.2.3"), "npm:@user/weather@1.2.3");
    assert.equal(meant("npx -y weather"), "npm:weather");
    assert.equal(meant("uvx", "weather@1.2"), "pypi:weather==1.2");
    assert.equal(meant("uvx --from weather weather-mcp"), "pypi:weather");
    assert.equal(meant("docker:user/weather:1"), "image:user/weather:1@sha256:DIGEST");
  });

  it("may be meant as a package by its bare name, or by a word of it", () => {
    assert.match(meant("memory"), /npm:@modelcontextprotocol\/server-memory/);
    assert.equal(meant("@user/weather"), "npm:@user/weather");
    assert.equal(meant("weather-mcp"), "npm:weather-mcp pypi:weather-mcp");
    for (const none of ["weather.json", "./weather", "-", "npx", "docker run x", ""])
      assert.equal(meant(none), "", none);
  });
});

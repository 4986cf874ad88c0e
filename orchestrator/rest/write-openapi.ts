import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiPage, openApi } from "./openapi-docs";

// `npm run openapi`: run it when a route or a schema has changed; a test says so.
async function write(): Promise<void> {
  const root = join(__dirname, "../..");
  const [file, page] = [join(root, "docs/openapi.json"), join(root, "docs/api.md")];
  const document = await openApi();
  writeFileSync(file, JSON.stringify(document));
  execFileSync(join(root, "node_modules/.bin/biome"), ["format", "--write", file], { stdio: "inherit" });
  writeFileSync(page, apiPage(readFileSync(page, "utf8"), document));
}

void write();

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { manifestJsonSchema } from "./json-schema";

// `npm run schema`: run it when types.ts or schema.ts has changed; a test says so.
const file = join(__dirname, "server.schema.json");
writeFileSync(file, JSON.stringify(manifestJsonSchema()));
execFileSync(join(__dirname, "../node_modules/.bin/biome"), ["format", "--write", file], { stdio: "inherit" });

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { OUTPUTS_SCHEMA_FILE, outputsJsonSchema } from "../stack/outputs-schema";
import { manifestJsonSchema } from "./json-schema";

// `npm run schema`: run it when types.ts, schema.ts, or the outputs have changed; tests say so.
const manifest = join(__dirname, "server.schema.json");
writeFileSync(manifest, JSON.stringify(manifestJsonSchema()));
writeFileSync(OUTPUTS_SCHEMA_FILE, JSON.stringify(outputsJsonSchema()));
const biome = join(__dirname, "../node_modules/.bin/biome");
execFileSync(biome, ["format", "--write", manifest, OUTPUTS_SCHEMA_FILE], { stdio: "inherit" });

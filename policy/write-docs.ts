import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { policies } from "./pack";
import { withPolicies } from "./table";

// Brings docs/policies.md up to date: npx ts-node --transpile-only policy/write-docs.ts
const page = join(__dirname, "../docs/policies.md");
writeFileSync(page, withPolicies(readFileSync(page, "utf8"), policies));

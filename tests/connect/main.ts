// main.ts [--write-docs] [--only WORD]: each client in its turn, a line of the terminal for each; then the totals.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closingLine, type Totals } from "../support/mocha/totals";
import { Site } from "../support/orchestrator/gateway/gateway-site";
import { Door } from "./door";
import { writeDocs } from "./page";
import { PROGRAMS } from "./programs";
import { type Tried, tryProgram } from "./try";

const TOOLS = { tools: [{ name: "pid", inputSchema: { type: "object" } }] };

function show({ program, notRun, seen, token, undone, problems }: Tried): string {
  const name = `${program.client} ${program.version}`;
  if (notRun) return `${name}: not run: ${notRun}`;
  return [`${name}: ${seen}, token from the ${token}, file ${undone}`, ...problems.map((one) => `FAILED: ${one}`)].join(
    "; ",
  );
}

async function main(args: string[]): Promise<void> {
  const only = args[args.indexOf("--only") + 1 || args.length];
  const folder = mkdtempSync(join(tmpdir(), "mcp-connect-"));
  chmodSync(folder, 0o755); // the server has a uid of its own
  writeFileSync(join(folder, "tools.json"), JSON.stringify(TOOLS), { mode: 0o644 });
  const token = randomBytes(24).toString("hex");
  const site = await Site.open();
  await site.stdio("one", { command: ["--era", "legacy", "--tools", join(folder, "tools.json")] });
  const door = await Door.open(site.test.url, token);
  const all: Tried[] = [];
  try {
    for (const program of PROGRAMS.filter(({ client }) => !only || client.includes(only.toLowerCase()))) {
      const tried = await tryProgram(program, door, token);
      all.push(tried);
      console.log(show(tried));
    }
  } finally {
    await door.close();
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  }
  if (args.includes("--write-docs")) writeDocs(all);
  const total: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { notRun, seen, problems } of all) {
    total[notRun ? "skipped" : seen === "nothing" || problems.length > 0 ? "failed" : "passed"]++;
  }
  console.log(closingLine(total));
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130)); // programs end with it
void main(process.argv.slice(2));

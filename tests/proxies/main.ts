// main.ts [--write-docs] [--only NAME] [--quick]: each proxy with each step, a line of the terminal for each; then the totals.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROXIES } from "../../cli/proxy/files";
import { withPart } from "../../lib/marked-part";
import { markdownTable } from "../../lib/text-table";
import { closingLine } from "../support/mocha/totals";
import { removeFixture } from "../support/orchestrator/gateway/fixture-server";
import { type ProxyName, programOf, RUNNABLE } from "../support/proxy/programs";
import { ProxySite } from "../support/proxy/proxy-site";
import { STEPS, type Step } from "./steps";

const PAGE = join(__dirname, "../../docs/proxies.md");

/** What came of one proxy. */
interface Row {
  name: ProxyName;
  version: string;
  /** The reason of each step that failed, by its title. */
  failed: Map<string, string>;
}

async function tried(name: ProxyName, all: readonly Step[]): Promise<Row> {
  const { version } = await programOf(name);
  const steps = all.filter((step) => step.of?.(name) ?? true);
  const row: Row = { name, version, failed: new Map() };
  const site = await ProxySite.open(name);
  const one = async ({ title, run, eras }: Step): Promise<void> => {
    for (const era of eras) {
      const began = Date.now();
      const error = await run(site, era).then(
        () => undefined,
        (reason: Error) => reason.message.slice(0, 2_000),
      );
      if (error !== undefined) row.failed.set(title, `${era}: ${error}`);
      const seconds = Math.round((Date.now() - began) / 1_000);
      console.log(
        `${name} ${version}: ${title}, ${era}: ${error === undefined ? "ok" : `FAILED: ${error}`} (${seconds} s)`,
      );
    }
  };
  try {
    for (const step of steps.filter(({ long }) => !long)) await one(step);
    await Promise.all(steps.filter(({ long }) => long).map(one)); // they only wait
  } finally {
    await site.close();
  }
  return row;
}

/** The table of docs/proxies.md. */
function table(rows: Row[]): string {
  const cells = ({ name, version, failed }: Row): string[] => [
    PROXIES[name].title,
    version,
    ...STEPS.map(({ title, of }) => (failed.has(title) ? "**failed**" : (of?.(name) ?? true) ? "ok" : "-")),
  ];
  return markdownTable([["Proxy", "Version", ...STEPS.map(({ title }) => title)], ...rows.map(cells)]);
}

async function main(args: string[]): Promise<void> {
  const only = args[args.indexOf("--only") + 1 || args.length];
  const steps = args.includes("--quick") ? STEPS.filter(({ long }) => !long) : STEPS;
  const rows: Row[] = [];
  try {
    for (const name of RUNNABLE.filter((one) => !only || one === only)) rows.push(await tried(name, steps));
  } finally {
    removeFixture();
  }
  if (args.includes("--write-docs")) {
    const text = `Last run: ${new Date().toISOString().slice(0, 10)}.\n\n${table(rows)}`;
    writeFileSync(PAGE, withPart(readFileSync(PAGE, "utf8"), "last run", text));
  }
  const tries = rows.reduce((sum, { name }) => sum + steps.filter(({ of }) => of?.(name) ?? true).length, 0);
  const failed = rows.reduce((sum, row) => sum + row.failed.size, 0);
  console.log(closingLine({ passed: tries - failed, failed }));
  process.exitCode = failed > 0 || rows.length === 0 ? 1 : 0;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
void main(process.argv.slice(2));

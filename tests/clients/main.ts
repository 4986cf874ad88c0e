// main.ts [--write-docs] [--only WORD]: each client on each path, a line of the terminal for both; then the totals.
import { closingLine, type Totals } from "../support/mocha/totals";
import { KINDS, notInstalled } from "./kinds";
import { Matrix, PATHS } from "./matrix";
import { type Row, writeDocs } from "./page";
import { STEPS } from "./steps";

function show({ kind, path, results, notRun }: Row): string {
  const name = `${kind.name} ${kind.version} ${path ?? ""}`;
  if (!results) return `${name}: not run: ${notRun}`;
  const steps = STEPS.map((step) => results[step]);
  const told = steps.map(
    ({ step, ok, note, absent }) => `${step} ${absent ? "–" : ok ? "ok" : "FAILED"}${note ? ` (${note})` : ""}`,
  );
  return `${name}: ${told.join(", ")}`;
}

async function main(args: string[]): Promise<void> {
  const only = args[args.indexOf("--only") + 1 || args.length];
  const kinds = KINDS.filter(({ name }) => !only || name.toLowerCase().includes(only.toLowerCase()));
  const rows: Row[] = [];
  const add = (row: Row): void => {
    rows.push(row);
    console.log(show(row));
  };
  const matrix = await Matrix.open();
  try {
    for (const kind of kinds) {
      const notRun = notInstalled(kind);
      if (notRun) add({ kind, notRun });
      else for (const path of PATHS) add({ kind, path, results: await matrix.run(kind, path) });
    }
  } finally {
    await matrix.close();
  }
  if (args.includes("--write-docs")) writeDocs(rows);
  const total: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { results } of rows) {
    if (!results) total.skipped += PATHS.length * STEPS.length;
    else
      for (const { ok, absent } of STEPS.map((step) => results[step])) {
        total[absent ? "skipped" : ok ? "passed" : "failed"]++;
      }
  }
  console.log(closingLine(total));
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130)); // drivers end with it
void main(process.argv.slice(2));

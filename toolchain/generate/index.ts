import { generate } from "./generate";
import { GENERATED, ROOT } from "./list";

// `npm run generate`: brings every generated file up to date, and names those that changed.
// `npm run generate -- --check`: changes nothing, names those that would change, and exits with 1 when there are any.
async function main(): Promise<void> {
  const [option, ...more] = process.argv.slice(2);
  if ((option && option !== "--check") || more.length) throw new Error("usage: npm run generate [-- --check]");
  const check = option === "--check";
  const different = await generate(GENERATED, ROOT, check);
  for (const file of different) console.log(check ? `${file} is not up to date` : `wrote ${file}`);
  if (!different.length) console.log(`${GENERATED.length} generated files are up to date`);
  else if (check) {
    console.log("bring them up to date with: npm run generate");
    process.exitCode = 1;
  }
}

void main();

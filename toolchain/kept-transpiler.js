// A transpiler for ts-node (tsconfig.program.json): TypeScript's own, which keeps what it made. Of the 2.5 s of processor time in which
// Pulumi loaded the program, 2.1 s were transpiling; of the tests' loading, two thirds. A kept file holds only for the very
// text, compiler and options that it was made of. Damaged ones, and a folder that nobody may write to, do no harm.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const ts = require("typescript");

const KEPT = join(__dirname, "../node_modules/.cache/ts-node");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** What was kept of these bytes; undefined when there is nothing, or it is damaged. */
function read(file, made) {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8"));
    return kept.made === made ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** In one step, as several processes write at a time. Where nothing can be written, the next run transpiles again. */
function write(file, kept) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(kept));
    renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

/** What ts-node asks of a transpiler: https://typestrong.org/ts-node/docs/transpilers */
exports.create = ({ service, folder = KEPT }) => {
  const compilerOptions = service.config.options;
  const options = JSON.stringify([ts.version, compilerOptions]); // Pulumi's are not mocha's: each has files of its own
  return {
    transpile(input, { fileName }) {
      const file = join(folder, `${sha256(options + fileName)}.json`);
      const made = sha256(input);
      const kept = read(file, made);
      if (kept) return kept;
      const { outputText, sourceMapText, diagnostics } = ts.transpileModule(input, {
        fileName,
        compilerOptions,
        reportDiagnostics: true,
      });
      if (!diagnostics?.length) write(file, { made, outputText, sourceMapText });
      return { outputText, sourceMapText, diagnostics };
    },
  };
};

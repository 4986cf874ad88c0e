// ts-node for the tests. It keeps what it transpiled: transpiling was two thirds of the time that each of mocha's processes
// needed to load its files. A kept file holds only for the very text, compiler and options that it was made of.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { register } = require("ts-node");
const ts = require("typescript");

const KEPT = join(__dirname, "../../../node_modules/.cache/ts-node");
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
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(kept));
    renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

/** What ts-node asks of a transpiler: https://typestrong.org/ts-node/docs/transpilers */
exports.create = ({ service }) => {
  const compilerOptions = service.config.options;
  const options = JSON.stringify([ts.version, compilerOptions]);
  return {
    transpile(input, { fileName }) {
      const file = join(KEPT, `${sha256(fileName)}.json`);
      const made = sha256(options + input);
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

if (!process[Symbol.for("ts-node.register.instance")]) register({ transpileOnly: true, transpiler: __filename });

// A transpiler for ts-node (tsconfig.program.json): esbuild, which takes a fifth of the time of TypeScript's own. What it made is
// kept. A kept file holds only for the very text, compiler and options that it was made of. Damaged ones, and a folder that
// nobody may write to, do no harm.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { transformSync, version } = require("esbuild");

const KEPT = join(__dirname, "../node_modules/.cache/ts-node");
/** tsconfig.json's target; CommonJS, as package.json says. */
const OPTIONS = {
  loader: "ts",
  format: "cjs",
  platform: "node",
  target: "es2023",
  sourcemap: "external",
  sourcesContent: false,
};
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

/** CommonJS whose exports a test may mock, as TypeScript's may: esbuild closes them. */
function transpiled(input, sourcefile) {
  const { code, map } = transformSync(input, { ...OPTIONS, sourcefile });
  return {
    outputText: code.replace("{ get: () => from[key],", "{ configurable: true, get: () => from[key],"),
    sourceMapText: map,
  };
}

/** What ts-node asks of a transpiler: https://typestrong.org/ts-node/docs/transpilers */
exports.create = ({ folder = KEPT }) => {
  const compiler = JSON.stringify([version, OPTIONS, String(transpiled)]);
  return {
    transpile(input, { fileName }) {
      const file = join(folder, `${sha256(compiler + fileName)}.json`);
      const made = sha256(input);
      const kept = read(file, made);
      if (kept) return kept;
      const output = transpiled(input, fileName);
      write(file, { made, ...output });
      return output;
    },
  };
};

// The language host sets up a TypeScript compiler with the options of the working folder, which may be the program's: under
// a stricter project the pack would not compile. So it brings a handler of its own, which drops the types.
const { readFileSync } = require("node:fs");
const { ModuleKind, ScriptTarget, transpile } = require("typescript");

const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2023, esModuleInterop: true };
require.extensions[".ts"] = (module, file) => {
  module._compile(transpile(readFileSync(file, "utf8"), compilerOptions, file), file);
};

require("./serve");

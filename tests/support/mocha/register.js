// ts-node for the tests, with the transpiler that keeps what it made.
const { register } = require("ts-node");

if (!process[Symbol.for("ts-node.register.instance")])
  register({ transpileOnly: true, transpiler: require.resolve("../../../toolchain/kept-transpiler.js") });

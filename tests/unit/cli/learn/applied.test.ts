import assert from "node:assert/strict";
import { applied } from "../../../../cli/learn/applied";
import { readCalls } from "../../../../cli/learn/calls";

const TEXT = `# What it is.
name: slow # its name
egress: none # nothing yet

storage: # kept
  - name: db
    path: /db # where
resources:
  cpus: 1 # enough
`;

describe("a manifest with what it lacks", () => {
  it("keeps its comments and its order, gets lists at their ends, and changes what it has under the same name", () => {
    const add = {
      egress: ["a.example:443"],
      storage: [
        { name: "notes", path: "/srv/notes" },
        { name: "db", path: "/db", exec: true },
      ],
      resources: { memory: "1g" },
      home: true,
    };
    assert.equal(
      applied(TEXT, add),
      `# What it is.
name: slow # its name
egress:
  # nothing yet
  - a.example:443

storage:
  # kept
  - name: db
    path: /db # where
    exec: true
  - name: notes
    path: /srv/notes
resources:
  cpus: 1 # enough
  memory: 1g
home: true
`,
    );
    assert.equal(applied("egress: [a:443]\n", { egress: ["a:443", "b:443"] }), "egress: [a:443, b:443]\n");
    assert.equal(applied("egress: []\n", { egress: ["b:443"] }), "egress:\n  - b:443\n");
    assert.equal(applied(TEXT, {}), TEXT);
    const odd = "a: { b:   1 } # odd\nresources: { cpus: 1 } # one\n\n# the last\n";
    assert.equal(
      applied(odd, { resources: { memory: "1g" } }),
      "a: { b:   1 } # odd\nresources: {cpus: 1, memory: 1g} # one\n\n# the last\n",
    );
  });
});

describe("a list of calls", () => {
  it("is YAML or JSON, with every problem told at once", () => {
    assert.deepEqual(readCalls("- {tool: a, arguments: {x: 1}}\n- tool: b\n", "f"), [
      { tool: "a", arguments: { x: 1 } },
      { tool: "b", arguments: {} },
    ]);
    assert.deepEqual(readCalls('[{"tool": "a"}]', "f"), [{ tool: "a", arguments: {} }]);
    assert.throws(
      () => readCalls("[{arguments: 3}, {tool: b, args: {}}]", "f"),
      (error: { problems: { path: string }[] }) => {
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["0.tool", "0.arguments", "1.args"],
        );
        return true;
      },
    );
    assert.throws(() => readCalls("{}", "f"), /expected a list/);
  });
});

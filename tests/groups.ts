import { globSync } from "node:fs";

interface Definition {
  name: string;
  globs: string[];
  /** More arguments for mocha. */
  options?: string[];
  /** Brings up stacks. */
  engine?: boolean;
}

/** Test files that one mocha process runs. */
export interface Group extends Omit<Definition, "globs"> {
  /** From the folder of tests. */
  files: string[];
}

/**
 * What runs side by side; they start in this order, the longest first, so that no long one is alone at the end. A file belongs
 * to the last group that has it. Files that share a fleet are in one group, because a fleet is shared within a process; those
 * that bring up their own are in groups of what takes about as long.
 */
const GROUPS: Definition[] = [
  { name: "unit", globs: ["unit/**/*.test.ts"], options: ["--parallel", "--jobs", "3"] },
  { name: "fleet", globs: ["integration/**/*.test.ts"], engine: true },
  { name: "converge", globs: ["integration/cli/converge.test.ts"], engine: true },
  { name: "changes", globs: ["integration/{cli/update,stack/{certificates,changes}}.test.ts"], engine: true },
  {
    name: "gateway",
    globs: [
      "conformance/gateway.test.ts",
      "integration/engine/faults.test.ts",
      "integration/orchestrator/gateway/{clients,changes,faults,daemon-faults,load-faults}.test.ts",
    ],
    engine: true,
  },
  { name: "catalog", globs: ["integration/{cli/backup,mcp/{catalog,remote}}.test.ts"], engine: true },
  {
    name: "destroy",
    globs: ["integration/{cli/destroy,mcp/popular,policy/policy}.test.ts", "integration/toolchain/*.test.ts"],
    engine: true,
  },
  {
    name: "stacks",
    globs: ["integration/{cli/{find,import},mcp/companions,stack/health}.test.ts"],
    engine: true,
  },
  { name: "component", globs: ["component/**/*.test.ts", "conformance/fixture.test.ts"] },
  { name: "component: gateway", globs: ["component/orchestrator/gateway/**/*.test.ts"] },
];

/**
 * Every test file in its group.
 * @param tests the folder of tests
 * @param only the files that are wanted; none = all
 * @throws Error when a file is in no group
 */
export function groups(tests: string, only: string[] = []): Group[] {
  const all = globSync("{unit,component,integration,conformance}/**/*.test.ts", { cwd: tests }).sort();
  const left = new Set(only.length === 0 ? all : all.filter((file) => only.includes(file)));
  const made = GROUPS.toReversed().map(({ globs, ...group }) => {
    const own = globSync(globs, { cwd: tests }).filter((file) => left.delete(file));
    return { ...group, files: own.sort() };
  });
  if (left.size > 0) throw new Error(`tests/groups.ts: no group has ${[...left].join(", ")}`);
  return made.toReversed().filter(({ files }) => files.length > 0);
}

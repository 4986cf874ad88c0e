import { globSync } from "node:fs";

/** Test files that one mocha process runs. */
export interface Group {
  name: string;
  /** From the folder of tests. */
  files: string[];
  /** More arguments for mocha. */
  options?: string[];
}

/**
 * What runs side by side, in this order; a file belongs to the first group that has it. Files that share a fleet are in one
 * group, because a fleet is shared within a process.
 */
const GROUPS: { name: string; globs: string[]; options?: string[] }[] = [
  { name: "converge", globs: ["integration/cli/converge.test.ts"] },
  {
    name: "stacks",
    globs: ["integration/{mcp/catalog,policy/policy,stack/changes}.test.ts", "integration/toolchain/*.test.ts"],
  },
  { name: "unit", globs: ["unit/**/*.test.ts"], options: ["--parallel", "--jobs", "2"] },
  {
    name: "gateway",
    globs: [
      "conformance/gateway.test.ts",
      "integration/engine/faults.test.ts",
      "integration/orchestrator/gateway/{clients,changes,faults,daemon-faults,load-faults}.test.ts",
    ],
  },
  { name: "fleet", globs: ["integration/**/*.test.ts"] },
  { name: "component", globs: ["component/**/*.test.ts", "conformance/*.test.ts"] },
];

/**
 * Every test file in its group.
 * @param tests the folder of tests
 * @param only the files that are wanted; none = all
 */
export function groups(tests: string, only: string[] = []): Group[] {
  const taken = new Set<string>();
  return GROUPS.map(({ globs, ...group }) => {
    const own = globSync(globs, { cwd: tests })
      .sort()
      .filter((file) => !taken.has(file));
    for (const file of own) taken.add(file);
    return { ...group, files: only.length === 0 ? own : own.filter((file) => only.includes(file)) };
  }).filter(({ files }) => files.length > 0);
}

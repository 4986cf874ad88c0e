/** One thing that is wrong in the user's input. Never holds a secret's value. */
export interface Problem {
  /** The file it is in, relative to the project. */
  file: string;
  /** Where in the file: a key path, like `resources.memory`. */
  path: string;
  got: string;
  expected: string;
  /** What to do about it, where `expected` does not say it already. */
  fix?: string;
}

/** A problem as one sentence. */
export function formatProblem({ file, path, got, expected, fix }: Problem): string {
  return `${file}: ${path}: got ${got}, expected ${expected}${fix ? `. To fix: ${fix}` : ""}`;
}

/** `1 problem`, `2 problems`. */
export function countProblems(problems: readonly unknown[]): string {
  return problems.length === 1 ? "1 problem" : `${problems.length} problems`;
}

/** All problems of one input at once, so that nobody has to fix them one by one. */
export class ProblemsError extends Error {
  constructor(readonly problems: Problem[]) {
    super(
      `${countProblems(problems)} found, nothing was changed:\n${problems.map((p) => `  - ${formatProblem(p)}`).join("\n")}`,
    );
    this.name = "ProblemsError";
  }
}

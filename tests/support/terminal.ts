import { spawn } from "node:child_process";

/** What a program at a terminal printed, both of its streams as a person sees them. */
export interface Transcript {
  code: number | null;
  text: string;
}

/** What is typed when that has been printed; matched against what came after the answer before. */
export type Answer = [question: RegExp, typed: string];

/** Runs a program at a pseudo terminal (util-linux's `script`), and types each answer when its question is there. */
export function atTerminal(
  command: string[],
  answers: Answer[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Transcript> {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--flush", "--command", line, "/dev/null"], options);
  const left = [...answers];
  let text = "";
  let from = 0;
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    text += data;
    const [question, typed] = left[0] ?? [];
    if (!question?.test(text.slice(from))) return;
    from = text.length;
    left.shift();
    child.stdin.write(`${typed}\r`);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code, text }));
  });
}

import { spawn } from "node:child_process";
import type { Socket } from "node:net";

/** One session as a client sees it: lines out, lines in, the end. */
export class Client {
  readonly ended: Promise<string>;
  private text = "";
  private waiting: (() => void)[] = [];
  private over = false;

  constructor(readonly socket: Socket) {
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      this.text += chunk;
      this.wake();
    });
    this.ended = new Promise((resolve) => {
      const finish = (how: string) => () => {
        this.over = true;
        this.wake();
        resolve(how);
      };
      socket
        .on("end", () => socket.end())
        .on("end", finish("end"))
        .on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? "error")());
      socket.on("close", finish("close"));
    });
  }

  private wake(): void {
    for (const waiter of this.waiting.splice(0)) waiter();
  }

  send(line: string): void {
    this.socket.write(`${line}\n`);
  }

  /** The next line, or "" when the session ended first. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.text.indexOf("\n");
      if (end >= 0) {
        const line = this.text.slice(0, end);
        this.text = this.text.slice(end + 1);
        return line;
      }
      if (this.over) return "";
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async ask(line: string): Promise<string> {
    this.send(line);
    return this.line();
  }
}

export interface Result {
  code: number | null;
  out: string;
  ms: number;
}

/** Runs a program to its end with these arguments and this stdin. */
export function run(program: string, args: string[], input = ""): Promise<Result> {
  const start = performance.now();
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      out += chunk;
    });
  }
  child.stdin.on("error", () => {}).end(input);
  return new Promise((resolve) =>
    child.on("close", (code) => resolve({ code, out: out.trim(), ms: performance.now() - start })),
  );
}

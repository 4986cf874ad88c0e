import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { CliError, ExitCode } from "../errors";
import { note } from "../output";
import { readInput } from "../servers/input";

/** Bytes of the longest value; a kubeconfig has some thousand. */
const LIMIT_BYTES = 2 ** 20;

/**
 * A secret's value: from a file, from a pipe, or typed at the terminal, which does not show it. The line's end behind it
 * goes; what is inside stays, as a key of several lines needs it.
 * @param prompt what to say at a terminal
 * @throws CliError when it is empty
 */
export async function readValue(prompt: string, file?: string): Promise<string> {
  const typed = file === undefined && process.stdin.isTTY;
  const text = typed ? await typedValue(prompt) : readInput(file ?? "-", LIMIT_BYTES);
  const value = text.replace(/\r?\n$/, "");
  if (value === "") throw new CliError("the value: got nothing, expected some text", ExitCode.Usage);
  return value;
}

/** A value typed at the terminal, which does not show it; empty for none. */
export function typedValue(prompt: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  note(prompt); // once the terminal shows nothing of what is typed
  return new Promise((resolve, reject) => {
    terminal.on("SIGINT", () => {
      terminal.close();
      reject(new CliError("interrupted; nothing was changed", 130 as ExitCode));
    });
    terminal.on("close", () => resolve("")); // Ctrl-D
    terminal.once("line", (line) => {
      resolve(line);
      terminal.close();
    });
  });
}

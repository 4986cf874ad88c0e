import { isMapping } from "../lib/mapping";
import type { CommentAt } from "../lib/yaml";

/** The comment behind a value that says so. */
const MARK = /^not a secret\b/i;

/** The option that an argument is, or whose value it is; else the argument itself. */
export function argumentName(command: unknown[], at: number): string {
  const text = (index: number): string => String(command[index] ?? "");
  const isOption = (one: string): boolean => /^--?[a-z]/i.test(one);
  if (isOption(text(at))) return text(at).split("=")[0] ?? "";
  return isOption(text(at - 1)) && !text(at - 1).includes("=") ? text(at - 1) : text(at);
}

/**
 * A manifest with what `# not a secret` behind a line of `env`, `build.args` or `transport.command` says in its
 * `notSecrets`: a comment is lost on the way to the labels.
 */
export function withMarked(document: unknown, commentAt: CommentAt): unknown {
  if (!isMapping(document)) return document;
  const { env, build, transport, notSecrets = [] } = document;
  const marked = (...path: (string | number)[]): boolean => MARK.test(commentAt(path) ?? "");
  const keys = (value: unknown): string[] => (isMapping(value) ? Object.keys(value) : []);
  const command = isMapping(transport) && Array.isArray(transport.command) ? transport.command : [];
  const names = [
    ...keys(env).filter((name) => marked("env", name)),
    ...keys(isMapping(build) ? build.args : undefined).filter((name) => marked("build", "args", name)),
    ...command.flatMap((_, at) => (marked("transport", "command", at) ? [argumentName(command, at)] : [])),
  ];
  if (names.length === 0 || !Array.isArray(notSecrets)) return document;
  return { ...document, notSecrets: [...new Set([...notSecrets, ...names])] };
}

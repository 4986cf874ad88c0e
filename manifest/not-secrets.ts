import { isMapping } from "../lib/mapping";
import type { CommentAt } from "../lib/yaml";

/** The comment behind a value that says so. */
const MARK = /^not a secret\b/i;

/** Returns the option that an argument is, or whose value it is; otherwise the argument itself. */
export function argumentName(command: unknown[], at: number): string {
  const text = (index: number): string => String(command[index] ?? "");
  const isOption = (one: string): boolean => /^--?[a-z]/i.test(one);
  if (isOption(text(at))) return text(at).split("=")[0] ?? "";
  return isOption(text(at - 1)) && !text(at - 1).includes("=") ? text(at - 1) : text(at);
}

/** The names of marked values of a server, or of a companion, which has its program's arguments directly. */
function markedIn(holder: Record<string, unknown>, at: (string | number)[], commentAt: CommentAt): string[] {
  const marked = (...path: (string | number)[]): boolean => MARK.test(commentAt([...at, ...path]) ?? "");
  const keys = (value: unknown): string[] => (isMapping(value) ? Object.keys(value) : []);
  const { env, build, transport } = holder;
  const [program, where] = isMapping(transport) ? [transport, ["transport"]] : [holder, []];
  const list = (key: string): unknown[] => (Array.isArray(program[key]) ? (program[key] as unknown[]) : []);
  return [
    ...keys(env).filter((name) => marked("env", name)),
    ...keys(isMapping(build) ? build.args : undefined).filter((name) => marked("build", "args", name)),
    ...["command", "arguments"].flatMap((key) =>
      list(key).flatMap((_, index) => (marked(...where, key, index) ? [argumentName(list(key), index)] : [])),
    ),
  ];
}

/**
 * Adds the names of values with the comment `# not a secret` (in `env`, `build.args` or the program's arguments) to the
 * manifest's `notSecrets`, because a label cannot hold comments.
 */
export function withMarked(document: unknown, commentAt: CommentAt): unknown {
  if (!isMapping(document)) return document;
  const { services, notSecrets = [] } = document;
  const listed: unknown[] = Array.isArray(services) ? services : [];
  const names = [
    ...markedIn(document, [], commentAt),
    ...listed.flatMap((one, at) => (isMapping(one) ? markedIn(one, ["services", at], commentAt) : [])),
  ];
  if (names.length === 0 || !Array.isArray(notSecrets)) return document;
  return { ...document, notSecrets: [...new Set([...notSecrets, ...names])] };
}

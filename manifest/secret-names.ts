import { hasUrlPassword } from "../lib/url-password";

/** Names of variables whose values nobody should read. MAX_TOKENS counts, a TOKENIZER reads: they open nothing. */
const SECRET_NAME = new RegExp(
  [
    "PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN(?!S|IZ)|CREDENTIAL|(AUTH|ACCESS|API|BEARER)[_-]?TOKENS",
    "(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION|MASTER|JWT|SSH)[_-]?KEY",
    "(^|[_-])(DSN|PASS|PGPASS|BEARER)$|[_-]PWD$",
  ].join("|"),
  "i",
);
/** ... and of what is only about one: its length, its end, where it is asked for. */
const ABOUT_SECRET =
  /[_-](URL|URI|ENDPOINT|DIR|PATH|LIMIT|MIN|MAX|LENGTH|SIZE|COUNT|TTL|EXPIRY|EXPIRES|SECONDS|MINUTES|HOURS|DAYS|TYPE|ALGORITHM)$/i;

/** True for `X_PASSWORD_FILE` and the like with a path: where a secret is, not what it is. */
function isFilePath(name: string, value: string): boolean {
  return /[_-]FILE$/i.test(name) && value.startsWith("/");
}

/** True when a name and its value look like a secret written down. A switch (`USE_TOKEN: "true"`) is none. */
export function looksLikeSecret(name: string, value: string): boolean {
  const harmless = isFilePath(name, value) || /^(true|false)?$/.test(value);
  return hasUrlPassword(value) || (SECRET_NAME.test(name) && !ABOUT_SECRET.test(name) && !harmless);
}

/** The positions of program arguments that look like secrets: `--token=x`, `--token x`, `postgres://u:p@h`. */
export function secretArguments(command: string[]): number[] {
  const isOption = (text: string): boolean => /^--?[a-z]/i.test(text);
  const isSecretOption = (text: string): boolean =>
    isOption(text) && SECRET_NAME.test(text) && !/[_-]file$/i.test(text);
  return command.flatMap((argument, index) => {
    const [option = "", value] = argument.split(/=(.*)/s);
    const inline = isSecretOption(option) && value !== undefined && !value.startsWith("/");
    const before = command[index - 1] ?? "";
    const follows = !before.includes("=") && isSecretOption(before) && !isOption(argument) && !argument.startsWith("/");
    return inline || follows || hasUrlPassword(argument) ? [index] : [];
  });
}

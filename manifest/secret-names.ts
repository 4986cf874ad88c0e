import { hasUrlPassword } from "../lib/url-password";
import { hasSecretShape, isHost, isNumber, isReference, isWords } from "./secret-values";

/** Words for secrets. MAX_TOKENS is a count and TOKENIZER a program: neither is a secret. */
const SECRET_WORD = new RegExp(
  [
    "PASSWORD|PASSWD|PASSPHRASE|SECRET(?!AR)|TOKEN(?!S|IZ|OM)|CREDENTIAL|(?:AUTH|ACCESS|API|BEARER)[_-]?TOKENS",
    "(?:API|ACCESS|PRIVATE|SIGNING|ENCRYPTION|MASTER|JWT|SSH)[_-]?KEY",
    "(?<=^|[_-])(?:DSN|PASS|PGPASS|BEARER)$|(?<=[_-])PWD$",
  ].join("|"),
  "gi",
);

/** Words after which such a name still means the secret: its value in some form, for some place, of some time. */
const STILL_SECRET = new Set(
  (
    "VALUE KEY TEXT PLAIN PLAINTEXT RAW STRING DATA CONTENT CONTENTS BASE64 B64 HEX JSON ENV PROD PRODUCTION DEV TEST " +
    "STAGING LIVE SANDBOX OLD NEW CURRENT PREVIOUS PRIMARY SECONDARY BACKUP FALLBACK"
  ).split(" "),
);

/** Words after which such a name means something about the secret: TOKEN_LIMIT is a limit, not a token. */
const ABOUT_SECRET = new Set(
  (
    "URL URLS URI ENDPOINT ENDPOINTS HOST PORT ADDRESS DOMAIN SERVER SERVICE REALM REGION ZONE DIR DIRECTORY FOLDER " +
    "PATH PATHS FILENAME LIMIT LIMITS MIN MAX LENGTH LEN SIZE COUNT COUNTER BUDGET QUOTA USAGE RATE RATIO THRESHOLD " +
    "WINDOW BATCH DEPTH ROUNDS COST ITERATIONS ATTEMPTS RETRIES TTL EXPIRY EXPIRES EXPIRATION LIFETIME AGE TIMEOUT " +
    "INTERVAL DURATION PERIOD SECONDS SECS MINUTES HOURS DAYS MS LEEWAY SKEW DELAY TYPE KIND MODE ALGORITHM ALG ALGO " +
    "FORMAT ENCODING SCHEME STRATEGY POLICY RULES VERSION HEADER HEADERS PARAM PARAMETER FIELD CLAIM CLAIMS SCOPE " +
    "SCOPES AUDIENCE ISSUER SUBJECT ID IDS NAME NAMES ALIAS LABEL PREFIX SUFFIX PATTERN REGEX STORE STORAGE BACKEND " +
    "PROVIDER MANAGER SOURCE DRIVER ENGINE VAULT NAMESPACE CACHE ENABLED DISABLED REQUIRED OPTIONAL ROTATION RENEWAL " +
    "VALIDATION VERIFICATION CHECK MODEL LESS CHARSET CHARACTERS CLASSES COMPLEXITY STRENGTH HASHER HASHING KDF LOGIN " +
    "COMMAND CMD HELPER PROMPT VAR VARIABLE ENVVAR"
  ).split(" "),
);

/** What a name says about its value. */
interface Told {
  /** The last word for a secret in it. */
  word: string;
  /** `secret`: the value is one. `about`: it is something of one. `perhaps`: nobody can tell by the name. */
  kind: "secret" | "about" | "perhaps";
}

function told(name: string): Told | undefined {
  const found = [...name.matchAll(SECRET_WORD)].at(-1);
  if (!found) return undefined;
  const [word] = found;
  const rest = name.slice(found.index + word.length).replace(/^S(?=[^A-Za-z]|$)/i, "");
  const words = rest.split(/[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])/).filter((part) => part !== "" && !/^\d+$/.test(part));
  const upper = words.map((part) => part.toUpperCase());
  if (upper.every((part) => STILL_SECRET.has(part))) return { word, kind: "secret" };
  // A Vault's SECRET_ID is a password.
  const isId = /^SECRET$/i.test(word) && upper.join() === "ID";
  return { word, kind: ABOUT_SECRET.has(upper.at(-1) ?? "") && !isId ? "about" : "perhaps" };
}

/** True for secrets that people choose. They may look like anything, so only a switch or a path is surely no secret. */
const isChosen = (word: string): boolean => /PASS|PWD|SECRET|DSN/i.test(word);
/** Matches names whose value is a count, or public. */
const COUNTED = /(^|[_-])(MAX|MIN|NUM|COUNT)[_-]/i;
const PUBLIC = /(^|[_-])(PUBLIC|PUBLISHABLE)[_-]/i;

/**
 * True when a name and its value together look like a secret. If the name ends with the word for a secret, the value is
 * one unless it cannot be. If another word follows, the value decides.
 */
export function looksLikeSecret(name: string, value: string): boolean {
  if (hasUrlPassword(value) || hasSecretShape(value)) return true;
  const { word = "", kind } = told(name) ?? {};
  if (kind === undefined || kind === "about" || isReference(value) || PUBLIC.test(name)) return false;
  const isTold = isNumber(value) || isHost(value);
  if (kind === "perhaps") return !isTold && (/PASS|PWD/i.test(word) || !isWords(value));
  if (COUNTED.test(name) && isNumber(value)) return false;
  if (/^CREDENTIAL/i.test(word) && isWords(value)) return false;
  return isChosen(word) || !(isTold || /^[^A-Za-z0-9]*$/.test(value));
}

/**
 * The positions of program arguments that look like secrets: `--token=x`, `--token x`, `postgres://u:p@h`.
 * @param plain options, or whole arguments, that are none
 */
export function secretArguments(command: string[], plain: string[] = []): number[] {
  const isOption = (text: string): boolean => /^--?[a-z]/i.test(text);
  const looks = (option: string, value: string): boolean =>
    !plain.includes(option) && looksLikeSecret(option.replace(/^-+/, ""), value);
  return command.flatMap((argument, index) => {
    if (plain.includes(argument)) return [];
    const [option = "", value] = argument.split(/=(.*)/s);
    const inline = isOption(option) && value !== undefined && looks(option, value);
    const before = command[index - 1] ?? "";
    const follows = isOption(before) && !before.includes("=") && !isOption(argument) && looks(before, argument);
    const isPlain = plain.includes(option) || plain.includes(before);
    const byItself = !isPlain && (hasUrlPassword(argument) || hasSecretShape(argument));
    return inline || follows || byItself ? [index] : [];
  });
}

/** Name of the secret for a variable: `GITHUB_TOKEN` is `github-token`. */
export function secretNameOf(variable: string): string {
  const plain = variable
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return plain.slice(0, 60).replace(/-+$/, "") || "secret";
}

/** The forms of variables in clients' configurations: `${X}`, `${env:X}`, `$X`, `%X%`, `{env:X}`, `{{X}}`, `$(X)`. */
const VARIABLE = /^(?:\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*|%\w+%|\{\{?[^{}]*\}\}?)$/;
/** A variable's name only. A variable with a default value may hold a real token, so it is not shown. */
const PLAIN = /^[${}()%]+(?:[a-z]+:)?\w+[{}()%]*$/;
/** Words from examples, and the texts that an unset variable becomes. */
const EXAMPLE = /^(?:<[^<>]*>|your[-_]?token(?:[-_]here)?|token|\.\.\.|undefined|null|none)$/i;

/**
 * Returns what is wrong with an Authorization header that holds a placeholder in the token's place, the most common
 * mistake when people connect a client. Never repeats any part of a real token.
 * @returns a part of a sentence; undefined when the header holds no placeholder
 */
export function placeholderIn(header: string): string | undefined {
  const token = header
    .trim()
    .replace(/^bearer(?=\s|$)/i, "")
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2");
  if (token === "")
    return "the token is empty: the variable that it is to come from has no value where the client runs";
  if (/^bearer\s/i.test(token)) return "the word Bearer is there twice: the client adds it by itself";
  if (VARIABLE.test(token)) {
    const words = "the client sent the name of a variable and not its value";
    const shown = PLAIN.test(token) ? JSON.stringify(token) : "a variable";
    return `the token is literally ${shown}: ${words}; set it where the client runs, or write the token itself`;
  }
  if (EXAMPLE.test(token)) return `the token is literally ${JSON.stringify(token)}: put a token of this service there`;
  return undefined;
}

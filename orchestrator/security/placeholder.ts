/** How clients write a variable: `${X}`, `${env:X}`, `$X`, `%X%`, `{env:X}`, `{{X}}`, `$(X)`. */
const VARIABLE = /^(?:\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*|%\w+%|\{\{?[^{}]*\}\}?)$/;
/** A variable's name and nothing else: no value that stands in for one that is not set. */
const PLAIN = /^[${}()%]+(?:[a-z]+:)?\w+[{}()%]*$/;
/** What stands in examples, or is left of a variable that is not set. */
const EXAMPLE = /^(?:<[^<>]*>|your[-_]?token(?:[-_]here)?|token|\.\.\.|undefined|null|none)$/i;

/**
 * Why an Authorization header cannot hold: it has a placeholder where the token belongs. People meet this most when
 * they connect a client. Repeats nothing of a real token.
 * @returns a sentence part; undefined when the header is something else
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

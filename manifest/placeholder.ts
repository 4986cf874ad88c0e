import { createHash } from "node:crypto";

/**
 * Beginnings by which programs know a key, and which are the same in every key of that kind: OpenAI, Anthropic, GitHub, GitLab,
 * Slack, Stripe, Hugging Face, npm, PyPI, SendGrid, Google. From their documentation.
 */
const KNOWN =
  /^(sk-ant-|sk-proj-|sk-|gh[opsur]_|github_pat_|glpat-|xox[abpr]-|[sr]k_(live|test)_|hf_|npm_|pypi-|SG\.|AIza|ya29\.)/;

const ALPHABETS = ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"];

/** Numbers below 2^32, as many as are asked for, that follow from a seed. */
function* numbers(seed: string): Generator<number, never> {
  for (let block = 0; ; block++) {
    const bytes = createHash("sha256").update(`${seed} ${block}`).digest();
    for (let at = 0; at < bytes.length; at += 4) yield bytes.readUInt32BE(at);
  }
}

/**
 * A text of the look of a secret, for a program that checks how its key looks: as long, with the same kind of character in each
 * place, and the beginning by which its kind is known. Says nothing else about it.
 * @param seed random, and kept, so that the text stays the same
 */
export function placeholder(secret: string, seed: string): string {
  const known = KNOWN.exec(secret)?.[0] ?? "";
  const drawn = numbers(seed);
  const rest = [...secret.slice(known.length)].map((character) => {
    const alphabet = ALPHABETS.find((letters) => letters.includes(character));
    return alphabet ? alphabet[drawn.next().value % alphabet.length] : character;
  });
  return known + rest.join("");
}

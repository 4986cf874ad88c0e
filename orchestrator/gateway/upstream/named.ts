/**
 * Begins a sentence with a server's name. A sentence that has it already loses it first: an answer may be an error of the
 * gateway's own, which names the server, and the errors around it do so too.
 * @param rest what goes between the name and the sentence
 */
export function named(server: string, sentence: string, rest = ":"): string {
  const name = `server ${server}`;
  const bare = sentence.startsWith(`${name}: `) ? sentence.slice(name.length + 2) : sentence;
  return `${name}${rest} ${bare}`;
}

import type { Random } from "./random";

type Message = Record<string, unknown>;

const KIB = 1024;
/** Values that stand where another belongs, as JSON. */
const VALUES = [
  ..."null true false 0 -1 1.5 1e400 -0 9007199254740993 12345678901234567890123 {} [] [[]]".split(" "),
  ...['""', '"1"', '"\\u0000"', '"\\ud800"', '"\\u2028"', '"__proto__"', '{"__proto__":{"x":1}}', '{"":""}'],
  ...['{"a":1,"a":2}', '{"toString":1,"valueOf":1}', '"constructor"', '"dind-mcp:initialize"', '"dind-mcp:q1"'],
];
/** What a server may ask or say in the middle of anything. */
const METHODS = [
  ...["notifications/progress", "notifications/message", "notifications/cancelled", "notifications/unknown"],
  ...["notifications/tools/list_changed", "notifications/resources/updated", "notifications/initialized"],
  ...["ping", "elicitation/create", "sampling/createMessage", "roots/list", "unknown/method", "initialize", ""],
];
const KEYS = ["jsonrpc", "id", "result", "error", "method", "params", "_meta", "ID", "Result", "x"];

/** A value of any kind: small mostly, deep or large now and then. */
export function anyValue(random: Random): string {
  const roll = random.below(1_000);
  if (roll < 960) return random.pick(VALUES);
  if (roll < 975) return `${"[".repeat(1_000)}${"]".repeat(1_000)}`;
  if (roll < 980) return `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  if (roll < 990) return JSON.stringify("x".repeat(random.below(300 * KIB)));
  if (roll < 998) return `[${"[],".repeat(random.below(200 * KIB))}0]`;
  return JSON.stringify("y".repeat(random.below(8 * KIB * KIB)));
}

/** An object with members written as they are. */
const written = (members: [string, string][]): string =>
  `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;

/** A message as JSON, with one or more members other than they should be, or none. */
export function mangled(random: Random, message: Message, depth = 0): string {
  const members = Object.entries(message)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]): [string, string] => {
      const isInner = typeof value === "object" && value !== null && !Array.isArray(value);
      return [
        key,
        isInner && depth < 3 && random.chance(0.3)
          ? mangled(random, value as Message, depth + 1)
          : JSON.stringify(value),
      ];
    });
  for (let left = random.below(3); left > 0; left--) {
    const at = random.below(members.length + 1);
    const kind = random.below(4);
    if (kind === 0) members.splice(at, 1);
    else if (kind === 1) members.splice(at, 0, [random.pick(KEYS), anyValue(random)]);
    else if (members[at]) members[at] = [members[at][0], anyValue(random)];
  }
  return written(members);
}

/** A text with its bytes changed: cut, doubled, with characters that do not belong. */
export function damaged(random: Random, text: string): Buffer {
  const bytes = Buffer.from(text);
  const at = random.below(bytes.length + 1);
  const more = random.pick([[0], [0xff], [0xc0, 0x80], [0xef, 0xbb, 0xbf], [0xed, 0xa0, 0x80], [0x0d], [0x0a], [0x5d]]);
  switch (random.below(4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(more), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes, bytes.subarray(at)]);
    default:
      if (bytes.length > 0) bytes[Math.min(at, bytes.length - 1)] = random.below(256);
      return bytes;
  }
}

/** Something that nobody waits for: a notification, a question, an answer to nothing. */
export function unasked(random: Random): Message {
  const id = random.pick([undefined, undefined, 1, 2, 7, "1", "q", null, 1.5, { a: 1 }, "dind-mcp:1"]);
  const params = random.pick([
    undefined,
    {},
    { progressToken: random.below(9), progress: 1 },
    { requestId: random.below(9) },
  ]);
  if (random.chance(0.2)) return { jsonrpc: "2.0", id, result: {} };
  return { jsonrpc: "2.0", id, method: random.pick(METHODS), params };
}

/** Ids that an answer may have in the asked one's place, as JSON. */
export function otherId(random: Random, id: unknown): unknown {
  return random.pick([id, String(id), Number(id), null, undefined, random.below(9), 1e21, [id], "x".repeat(2_000)]);
}

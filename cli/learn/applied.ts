import {
  Document,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseDocument,
  stringify,
  YAMLMap,
  type YAMLSeq,
} from "yaml";
import { isMapping } from "../../lib/mapping";
import type { Fragment } from "../../manifest/fragment";

/**
 * A manifest's text with more in it. What a list lacks is put at its end; of what it has with the same path or name the keys
 * change; `egress: none` becomes a list. Everything that is not about these keys stays to the byte, comments in them stay.
 * @param text a server.yaml that is valid YAML
 */
export function applied(text: string, add: Fragment): string {
  return Object.entries(add).reduce((now, [key, value]) => withKey(now, key, value), text);
}

function withKey(text: string, key: string, value: unknown): string {
  const document = parseDocument(text);
  const items = isMap(document.contents) ? (document.contents.items as Pair<ParsedNode, ParsedNode | null>[]) : [];
  const pair = items.find((one) => isScalar(one.key) && one.key.value === key);
  if (!pair) return `${text.replace(/\n*$/, "\n")}${stringify({ [key]: value }, OPTIONS)}`;
  const [from, to] = [pair.key.range?.[0] ?? 0, (pair.value ?? pair.key).range?.[2] ?? text.length];
  put(document, [key], value);
  // What stands before the key, and after its value, is in the text already.
  Object.assign(pair.key, { commentBefore: undefined, spaceBefore: false });
  const alone = new Document();
  alone.contents = new YAMLMap(alone.schema) as typeof alone.contents;
  alone.add(pair);
  return `${text.slice(0, from)}${alone.toString(OPTIONS)}${text.slice(to)}`;
}

const OPTIONS = { lineWidth: 0, flowCollectionPadding: false } as const;

function put(document: Document.Parsed, path: string[], value: unknown): void {
  const there = document.getIn(path, true);
  if (Array.isArray(value) && isSeq(there)) append(document, there, value);
  else if (isMapping(value) && isMap(there)) {
    for (const [key, inner] of Object.entries(value)) put(document, [...path, key], inner);
  } else {
    const node = document.createNode(value);
    if (isScalar(there) && there.comment) node.commentBefore = there.comment;
    document.setIn(path, node);
  }
}

function append(document: Document.Parsed, list: YAMLSeq, more: unknown[]): void {
  if (list.items.length === 0) list.flow = false;
  for (const one of more) {
    const known = list.items.find((item) => isSame(item, one));
    if (known === undefined) list.add(document.createNode(one));
    else if (isMap(known) && isMapping(one)) update(document, known, one);
  }
}

/** Two mounts at the same path, two storages of the same name. */
function isSame(item: unknown, one: unknown): boolean {
  if (!isMapping(one) || !isMap(item)) return String(item) === String(one);
  const key = ["path", "name"].find((name) => one[name] !== undefined);
  return key !== undefined && (item as YAMLMap<Pair>).get(key) === one[key];
}

function update(document: Document.Parsed, item: YAMLMap, one: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(one))
    if (item.get(key) !== value) item.set(key, document.createNode(value));
}

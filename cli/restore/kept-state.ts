import { isMapping } from "../../lib/mapping";
import { type ExportedState, forget } from "../stack/state";

/**
 * What of a stack's state outlives its machine: what was drawn by lot or signed (tokens, passwords, keys, certificates).
 * `up` makes all that is Docker's anew. Pure.
 * @param from name of the stack whose state it is
 * @param to name of the stack that gets it
 */
export function keptState(state: ExportedState, from: string, to: string): ExportedState {
  const { resources = [] } = state.deployment;
  const gone = resources.filter(({ type, urn }) => isDockers(type) || isDockers(urn.split("::")[2] ?? ""));
  return renamed(forget(state, new Set(gone.map(({ urn }) => urn))), from, to) as ExportedState;
}

const isDockers = (type: string): boolean => type.startsWith("docker:") || type === "pulumi:providers:docker";

/** Every URN in it is one of the other stack; other texts, encrypted ones too, stay. */
function renamed(value: unknown, from: string, to: string): unknown {
  if (typeof value === "string") return renamedUrn(value, from, to);
  if (Array.isArray(value)) return value.map((one) => renamed(one, from, to));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(one, from, to)]));
}

/** A URN, or one with an id behind it, as resources name their providers. The stack's own resource has its name at the end. */
function renamedUrn(text: string, from: string, to: string): string {
  const head = `urn:pulumi:${from}::`;
  if (!text.startsWith(head)) return text;
  const rest = text.slice(head.length);
  const own = /^([^:]+)::pulumi:pulumi:Stack::/.exec(rest);
  return `urn:pulumi:${to}::${own ? `${own[0]}${own[1]}-${to}` : rest}`;
}

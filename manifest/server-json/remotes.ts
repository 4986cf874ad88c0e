import { type Problem, ProblemsError } from "../../lib/problems";
import { secretNameOf } from "../secret-names";
import { RUNNABLE } from "./choose";
import { fill, hint, isRequiredInput, isSecretInput } from "./inputs";
import { type ImportNote, note, toFill } from "./notes";
import type { Remote, ServerInput, ServerJson } from "./schema";

/** How `--package` names the address in place of a package. */
export const REMOTE = "remote";

type Header = NonNullable<Remote["headers"]>[number];

/** A draft's part about the address. */
interface Drafted {
  manifest: Record<string, unknown>;
  notes: ImportNote[];
}

/** True when the server is taken at its address: nothing of it can run here, or the user wants it so. */
export function isTakenRemotely({ packages = [], remotes = [] }: ServerJson, wanted: string | undefined): boolean {
  if (wanted !== undefined) return wanted === REMOTE;
  return remotes.length > 0 && !packages.some(({ registryType }) => RUNNABLE.some((one) => one === registryType));
}

/**
 * A remote server's draft, from the first address that speaks Streamable HTTP, else HTTP+SSE.
 * @param file how problems name the document
 * @throws ProblemsError when the document has no address
 */
export function takeRemote({ remotes = [] }: ServerJson, file: string): Drafted {
  const chosen = remotes.find(({ type }) => type === "streamable-http") ?? remotes[0];
  if (!chosen) throw new ProblemsError([noAddress(file)]);
  const notes: ImportNote[] = [];
  const others = remotes.filter((one) => one !== chosen).map(({ type }) => type);
  if (others.length > 0) notes.push(note(["remotes"], `${others.join(", ")} left out; one address is enough`));
  const variables = "variables" in chosen ? (chosen.variables as ServerInput["variables"]) : undefined;
  const { text, open } = fill(chosen.url, { ...(variables ? { variables } : {}) });
  if (open.length > 0 || text.includes("{"))
    notes.push(toFill(["transport", "url"], `fill in what is in braces: ${text}`));
  const headers: Record<string, object> = {};
  const secrets: Record<string, object>[] = [];
  for (const header of chosen.headers ?? []) {
    const { value, secret } = headerOf(header, notes);
    if (value) headers[header.name] = value;
    if (secret) secrets.push(secret);
  }
  return {
    manifest: {
      transport: { type: "remote", url: text, ...(chosen.type === "sse" ? { protocol: "sse" } : {}) },
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      ...(secrets.length > 0 ? { secrets } : {}),
    },
    notes,
  };
}

/** A header as a manifest has it, and the secret that it needs. */
function headerOf(header: Header, notes: ImportNote[]): { value?: object; secret?: Record<string, object> } {
  const { name, value, variables = {} } = header;
  const path = ["headers", name];
  const required = isRequiredInput(header);
  if (!isSecretInput(header)) {
    const filled =
      value === undefined && header.default === undefined ? undefined : fill(value ?? header.default ?? "", header);
    if (filled && filled.open.length === 0) return { value: { value: filled.text } };
    if (!required) notes.push(note(path, `${name} has no value and was left out${hint(header)}`));
    else notes.push(toFill(path, `fill in its value${hint(header)}`));
    return {};
  }
  const named = Object.keys(variables).filter((one) => value?.includes(`{${one}}`));
  if (named.length > 1) {
    notes.push(toFill(path, `fill in: it is made of several values, ${named.join(", ")}`));
    return {};
  }
  const [variable] = named;
  const secret = secretNameOf(variable ?? name);
  const [description] = [variables[variable ?? ""]?.description ?? header.description].filter(Boolean);
  const declared = {
    name: secret,
    ...(description ? { description: description.slice(0, 200) } : {}),
    ...(required ? {} : { required }),
  };
  const template = variable === undefined ? undefined : value?.replace(`{${variable}}`, "{}");
  return {
    value: { secret, ...(template && template !== "{}" ? { value: template } : {}) },
    secret: declared as never,
  };
}

const noAddress = (file: string): Problem => ({
  file,
  path: "remotes",
  got: "none",
  expected: "an address, with --package remote",
});

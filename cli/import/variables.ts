import type { Wishes } from "../../manifest/draft/wishes";
import { secretNameOf } from "../../manifest/secret-names";
import type { Recipe } from "../add/recipes";
import { PLACE } from "./folders";

/** What becomes of a server's environment. */
export interface Variables {
  wishes: Wishes;
  /** Values of secrets, by the secrets' names: for the stack's config, encrypted. */
  values: Record<string, string>;
  /** Secrets whose value is not in the file. */
  open: string[];
  notes: string[];
}

/** They would change what runs, or say something of this machine. */
const LEFT_OUT =
  /^(PATH|HOME|USER|SHELL|TMPDIR|TEMP|TMP|APPDATA|NODE_OPTIONS|NODE_PATH|PYTHON.*|LD_.*|DYLD_.*|.*_PROXY)$/i;
/** Where a client fills something in. */
export const REFERENCE = /\$\{(?:env:|input:)?(\w[\w-]*)?[^}]*\}|^\$(\w+)$|\{env:(\w*)[^}]*\}/;

/**
 * Sorts the variables of a server. Each is taken for a secret, unless the package's recipe knows that it is none: nothing
 * that a file holds gets into server.yaml.
 * @param plainNames variables that are known to be none: places in the container. @default none
 */
export function sortVariables(
  env: Record<string, string>,
  recipe: Recipe | undefined,
  plainNames: string[] = [],
): Variables {
  const { env: known = {}, secrets = [] } = (recipe?.manifest ?? {}) as {
    env?: Record<string, unknown>;
    secrets?: { name: string; env?: string }[];
  };
  const plain: Record<string, string> = {};
  const made: { name: string; env: string }[] = [];
  const result: Variables = { wishes: { apt: [], manifest: {}, toldWaysOut: false }, values: {}, open: [], notes: [] };
  for (const [name, value] of Object.entries(env)) {
    const isVariable = /^[A-Za-z_]\w{0,62}$/.test(name);
    if (LEFT_OUT.test(name) || !isVariable) {
      result.notes.push(`${isVariable ? `the variable ${name}` : "a variable whose name is none"} was left out`);
      continue;
    }
    const isReference = REFERENCE.test(value);
    const isPlain = Object.hasOwn(known, name) || Object.hasOwn(recipe?.ask ?? {}, name) || plainNames.includes(name);
    if (Object.hasOwn(known, name) && PLACE.test(value) && !plainNames.includes(name)) {
      result.notes.push(`${name} names a place of this machine: it keeps to ${String(known[name])} in its container`);
      continue;
    }
    if (isPlain && !isReference) plain[name] = value;
    if (isPlain) continue;
    const secret = secrets.find((one) => one.env === name)?.name ?? secretNameOf(name);
    made.push({ name: secret, env: name });
    if (isReference || value === "") result.open.push(secret);
    else result.values[secret] = value;
  }
  if (Object.keys(plain).length > 0) result.wishes.manifest.env = plain;
  if (made.length > 0) result.wishes.manifest.secrets = made;
  return result;
}

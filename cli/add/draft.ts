import { readText } from "../../lib/read-text";
import { draftFolder, type FolderDraft } from "../../manifest/draft/folder";
import type { Wishes } from "../../manifest/draft/wishes";
import { formatNote, fromServerJson } from "../../manifest/server-json";
import { CliError, ExitCode } from "../errors";
import type { Copy } from "./local/files";
import { type LocalServer, localImport } from "./local/local-server";

/** A server's folder before it is written. */
export interface Draft extends Omit<FolderDraft, "needs"> {
  /** The user's own files that go beside them. */
  copies: Copy[];
  /** Notes on what to fill in. */
  needs: string[];
}

interface DraftOptions {
  user: number;
  /** @default that of the document */
  name?: string;
  /** Which of several packages. @default the most complete one */
  package?: string;
  /** Wishes of a recipe and the user, which may open walls. @default nothing */
  wishes?: Wishes;
  /** A server that the user has as files: then the document does not count. */
  local?: LocalServer;
  /** Variables that the user has to fill in, and what they are. @default none */
  ask?: Record<string, string>;
}

const NO_APT = "expected none: this server is an image, which has its own packages";

/**
 * A server's folder from a server.json.
 * @param document whatever it is
 * @param from how it is called, with its version
 * @throws ProblemsError when no manifest can be made of it, or one that is wrong other than by what is to be filled in
 */
export function draft(document: unknown, from: string, { wishes, ask, local, ...options }: DraftOptions): Draft {
  const read = local ? localImport(local, options) : fromServerJson(document, { ...options, file: from });
  const apt = wishes?.apt ?? [];
  if (!read.dockerfile && apt.length > 0) throw new CliError(`--apt: got ${apt.join(",")}, ${NO_APT}`, ExitCode.Usage);
  const copies = local?.files.copies ?? [];
  const own = local && { places: copies.map(({ to }) => to), ...ignoredBy(copies) };
  const { needs, ...made } = draftFolder(read, from, { wishes, ask, own });
  return {
    ...made,
    copies: copies.filter(({ to }) => !Object.hasOwn(made.files, to)),
    needs: needs.map(formatNote),
  };
}

/** What the user's own file says that the image does not hold. */
function ignoredBy(copies: Copy[]): { dockerignore?: string } {
  const own = copies.find(({ to }) => to === ".dockerignore");
  return own ? { dockerignore: readText(own.from) } : {};
}

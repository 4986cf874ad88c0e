import { basename } from "node:path";
import { Scope } from "../../api/scopes";
import { SHARED } from "../../manifest/container/service-spec";
import { catalogEntries } from "../../manifest/load-catalog";
import { stackApi } from "../api/open";
import { innerEngine } from "../engine/inner";
import { note, progress } from "../output";
import { projectFolder } from "../project";
import { deploy, tellTime, type UpResult } from "../stack/deploy";
import { Interrupted } from "../stack/pulumi";
import { settingsOrDefaults, stackSettings } from "../stack/settings";
import { stackOutputs } from "../stack/workspace";
import { hostEngineAsks } from "../updates/ask-engine";
import { findUpdates } from "../updates/updates";
import { type Draft, draftOf } from "./draft";
import { forget, keep, writeNew, writeOld } from "./kept";
import { rehearse } from "./rehearse";
import { filesOf, type Updated } from "./text";

/**
 * Asks what is newer, and drafts the servers' folders with it. Writes nothing.
 * @param names servers; none: all of the catalog
 * @throws CliError for a name that the catalog does not have
 */
export async function look(names: string[], base: boolean): Promise<Draft[]> {
  const { catalog, hostEngine, registryMirrors } = await settingsOrDefaults();
  const root = projectFolder();
  const engine = hostEngineAsks(hostEngine);
  try {
    const asked = findUpdates({ root, catalog, engine: engine.ask, mirrors: registryMirrors }, names);
    const { servers, items } = await progress("asking what is newest", asked);
    for (const { server, name, unasked } of items)
      if (unasked !== undefined) note(`not known: ${server}, ${name}: ${unasked}`);
    const entries = catalogEntries(catalog, root).filter(({ folder }) => servers.includes(basename(folder)));
    const drafts = entries.map((entry) => {
      const server = basename(entry.folder);
      const own = items.filter((item) => item.server === server);
      return draftOf(entry, server, own, base);
    });
    return (await progress("drafting the changes", Promise.all(drafts))).sort((a, b) => (a.server < b.server ? -1 : 1));
  } finally {
    engine.close();
  }
}

/**
 * Rehearses every draft that changes something, one after the other.
 * @param told called with each as soon as it is known
 */
export async function rehearseAll(drafts: Draft[], told: (one: Updated) => void): Promise<Updated[]> {
  const all: Updated[] = [];
  for (const draft of drafts) {
    const { server, folder, changes, left } = draft;
    const plain = { server, folder, changes, left, files: filesOf(draft) };
    const one: Updated = changes.length === 0 ? { ...plain, outcome: "current" } : await rehearsed(draft, plain);
    if (changes.length + left.length > 0) told(one);
    all.push(one);
  }
  return all;
}

async function rehearsed(draft: Draft, plain: Omit<Updated, "outcome">): Promise<Updated> {
  const [outputs, settings] = await Promise.all([stackOutputs(), stackSettings()]);
  const client = innerEngine(outputs);
  try {
    const stage = { api: stackApi(Scope.Admin, outputs, settings), docker: client.streams, outputs, settings };
    const rehearsal = await progress(`rehearsing ${draft.server}`, rehearse(stage, draft));
    return { ...plain, rehearsal, outcome: rehearsal.fit ? "fits" : "unfit" };
  } finally {
    client.close();
  }
}

/**
 * Writes what fits into the catalog, and brings it up. What does not get healthy is taken back.
 * @throws Error when `up` fails as a whole: all of it is then taken back; not when it is interrupted
 */
export async function decide(
  drafts: Draft[],
  rehearsed: Updated[],
  json?: boolean,
): Promise<{ servers: Updated[]; up: UpResult }> {
  const chosen = drafts.filter(({ server }) =>
    rehearsed.some((one) => one.server === server && one.outcome === "fits"),
  );
  for (const draft of chosen) {
    keep(draft);
    writeNew(draft);
  }
  const up = await deploy([], { json }).catch(async (error: unknown) => {
    if (error instanceof Interrupted) throw error;
    note("`up` failed: taking it back");
    for (const draft of chosen) takeBack(draft);
    await deploy([], { json }).catch(() => note("that failed too; the files are as they were: bin/dind-mcp up"));
    throw error;
  });
  tellTime(up);
  const failed = new Map(up.failed.map(({ name, companion, reason }) => [name === SHARED ? companion : name, reason]));
  const back = chosen.filter(({ server }) => failed.has(server));
  for (const draft of back) {
    note(`${draft.server} does not get healthy: ${failed.get(draft.server)}; taking it back`);
    takeBack(draft);
  }
  const last = back.length > 0 ? await deploy([], { json }) : up;
  const servers = rehearsed.map((one): Updated => {
    if (one.outcome !== "fits") return one;
    const reason = failed.get(one.server);
    return reason === undefined ? { ...one, outcome: "updated" } : { ...one, outcome: "taken back", reason };
  });
  return { servers, up: last };
}

function takeBack(draft: Draft): void {
  writeOld(draft);
  forget(draft.server);
}

import { show } from "../output";
import { stackName } from "../project";
import { assertHealthy, deploy, tellTime } from "../stack/deploy";
import { forget, keptOf, writeOld } from "./kept";
import { filesOf } from "./text";

/**
 * Puts a server's folder back as it was before its last update, and brings that up.
 * @throws CliError when no update is known, or a file was changed since
 */
export async function rollback(server: string, json?: boolean): Promise<void> {
  const kept = keptOf(server);
  writeOld(kept);
  const result = await deploy([], { json });
  forget(server);
  const what = { stack: stackName(), server, takenBack: kept.changes, files: filesOf(kept) };
  show(json, { ...what, up: result }, () => `${server}: taken back: ${kept.changes.join("; ")}`);
  tellTime(result);
  assertHealthy(result);
}

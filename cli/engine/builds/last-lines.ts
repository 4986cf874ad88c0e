import { setTimeout as sleep } from "node:timers/promises";
import { textField } from "../../../lib/protobuf";
import { askBuildKit, type EngineAccess } from "./grpc";
import { failedBuild, failedStepLines } from "./history";

/** Lines that are shown of a step that failed. */
const MOST = 12;
/** Looks into the history, which has a build a moment after it failed, and the milliseconds between two. */
const LOOKS = 5;
const LOOK_MS = 300;
/** Ends the answer with what is known now, and waits for no more builds: `EarlyExit: true`. */
const KNOWN_NOW = Buffer.from([3 * 8, 1]);

/**
 * The last lines of the step at which a build failed. Pulumi's Docker provider tells the reason alone, BuildKit keeps what
 * the steps wrote.
 * @param reason what the provider said, on one line
 * @param since milliseconds since 1970: the build was later
 * @returns none when no build failed so, its step wrote nothing, or the engine does not tell
 */
export async function failedBuildLines(access: EngineAccess, reason: string, since: number): Promise<string[]> {
  try {
    for (let look = 0; look < LOOKS; look++) {
      if (look > 0) await sleep(LOOK_MS);
      const ref = failedBuild(await askBuildKit(access, "ListenBuildHistory", KNOWN_NOW), reason, since);
      if (ref !== undefined) return failedStepLines(await askBuildKit(access, "Status", textField(1, ref)), MOST);
    }
  } catch {
    // It is an addition to an error that is told anyway.
  }
  return [];
}

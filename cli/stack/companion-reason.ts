import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import { oneLine } from "../../lib/plain-text";
import { SHARED, serviceContainer } from "../../manifest/container/service-spec";
import type { Outputs } from "../../stack/outputs";
import { askInner } from "../engine/inner";
import { hopeless, type Unsettled } from "./settled";

/** Of a companion's log: lines at its end, and characters of each. */
const LINES = 3;
const CHARACTERS = 160;

/**
 * Says of companions that could not be made what the engine knows: why they are not healthy, and the end of their logs.
 * What does not answer changes nothing.
 */
export function withReasons(unmade: Unsettled[], outputs: Outputs): Promise<Unsettled[]> {
  return Promise.all(
    unmade.map(async (one) => {
      if (one.companion === undefined) return one;
      const container = serviceContainer(one.name, one.companion);
      const known = await askInner(outputs, (docker) => reasonOf(docker.getContainer(container))).catch(
        () => undefined,
      );
      if (known === undefined) return one;
      return { ...one, reason: one.name === SHARED ? known : `its companion ${one.companion}: ${known}` };
    }),
  );
}

async function reasonOf(container: Docker.Container): Promise<string | undefined> {
  const reason = hopeless(await container.inspect(), Number.POSITIVE_INFINITY);
  if (reason === undefined) return undefined;
  const all = await container.logs({ stdout: true, stderr: true, tail: LINES, follow: false });
  const out = new PassThrough();
  container.modem.demuxStream(
    new PassThrough().end(all).once("end", () => out.end()),
    out,
    out,
  );
  const said = (await buffer(out)).toString("utf8").split("\n");
  const words = said.map((line) => oneLine(line, CHARACTERS)).filter((line) => line !== "");
  return words.length > 0 ? `${reason}; its log ends with: ${words.join(" | ")}` : reason;
}

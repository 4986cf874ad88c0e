import { type Locate, located } from "../lib/findings";
import { isMapping } from "../lib/mapping";
import type { Problem } from "../lib/problems";
import { zodFindings } from "../lib/zod-findings";
import { withRoom } from "./room";
import { sharedServiceFindings } from "./service-rules";
import { sharedServiceSchema } from "./service-schema";
import type { SharedService } from "./service-types";

/**
 * Checks one shared service.
 * @param document what its `service.yaml` holds
 * @param file how problems name it
 * @param locate finds the line of a key path
 */
export function parseSharedService(
  document: unknown,
  file: string,
  locate?: Locate,
): { service?: SharedService; problems: Problem[] } {
  if (!isMapping(document)) {
    const got = document === null || document === undefined ? "an empty file" : "no mapping";
    return { problems: located([{ path: [], got, expected: "a mapping with name, description, ..." }], file) };
  }
  const full = withRoom(document);
  const parsed = sharedServiceSchema.safeParse(full);
  const findings = parsed.success
    ? sharedServiceFindings(parsed.data, document)
    : zodFindings(parsed.error, full, sharedServiceSchema);
  return findings.length > 0 || !parsed.success
    ? { problems: located(findings, file, locate) }
    : { service: parsed.data, problems: [] };
}

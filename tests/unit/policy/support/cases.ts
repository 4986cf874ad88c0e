import type { Cases } from "./case";
import { OTHER_CASES } from "./other-cases";
import { CONTAINER, container, type Given, LATER } from "./resources";
import { WALL_CASES } from "./wall-cases";

/** For each policy of the pack, what it lets pass and what it finds. */
export const CASES: Record<string, Cases> = { ...WALL_CASES, ...OTHER_CASES };

/** A resource that has nothing to do with containers: no policy has a word about it. */
export const STRANGER: Given = { type: "aws:s3/bucket:Bucket", props: { name: "b", privileged: true }, host: null };
/** A container of which nothing is known yet. */
export const ALL_LATER: Given = {
  type: CONTAINER,
  props: Object.fromEntries(Object.keys(container().props ?? {}).map((name) => [name, LATER])),
};

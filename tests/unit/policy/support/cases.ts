import type { Cases } from "./case";
import { HARD_CASES } from "./hard-cases";
import { HARD_STACK_CASES } from "./hard-stack-cases";
import { OTHER_CASES } from "./other-cases";
import { CONTAINER, container, type Given, LATER } from "./resources";
import { SECRET_CASES } from "./secret-cases";
import { WALL_CASES } from "./wall-cases";

const FILES: Record<string, Cases>[] = [WALL_CASES, OTHER_CASES, HARD_CASES, HARD_STACK_CASES, SECRET_CASES];

/** For each policy of the pack, what it lets pass and what it finds. */
export const CASES: Record<string, Cases> = {};
for (const [id, { passes, fails }] of FILES.flatMap((file) => Object.entries(file))) {
  const before = CASES[id];
  CASES[id] = { passes: [...(before?.passes ?? []), ...passes], fails: [...(before?.fails ?? []), ...fails] };
}

/** A resource that has nothing to do with containers: no policy has a word about it. */
export const STRANGER: Given = { type: "aws:s3/bucket:Bucket", props: { name: "b", privileged: true }, host: null };
/** A container of which nothing is known yet. */
export const ALL_LATER: Given = {
  type: CONTAINER,
  props: Object.fromEntries(Object.keys(container().props ?? {}).map((name) => [name, LATER])),
};

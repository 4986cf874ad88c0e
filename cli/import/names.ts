import { manifestSchema } from "../../manifest/schema";

/** The highest number that is tried behind a name that is taken. */
const MOST = 20;

/** Names that an entry of a file may have here, the best one first; none when there is no letter in it. */
export function namesFor(entry: string): string[] {
  const plain = entry
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const numbered = Array.from({ length: MOST - 1 }, (_, at) => `${plain}-${at + 2}`);
  return [plain, ...numbered].filter((name) => manifestSchema.shape.name.safeParse(name).success);
}

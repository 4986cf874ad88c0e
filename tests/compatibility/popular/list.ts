import { ALONE } from "./alone";
import { FILES } from "./files";
import { KEYED } from "./keys";
import type { Popular } from "./popular";
import { PRIVATE } from "./private";
import { WEB } from "./web";

/** The servers, by what they need. */
export const POPULAR: Popular[] = [...ALONE, ...FILES, ...WEB, ...KEYED, ...PRIVATE];

/** Those of the default suite (tests/integration/mcp/popular.test.ts). */
export const SAMPLE = POPULAR.filter(({ sample }) => sample);

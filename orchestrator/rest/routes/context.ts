import type { RestDeps } from "../deps";
import type { Streams } from "../sse";

/** What routes work with. */
export interface RouteContext extends RestDeps {
  streams: Streams;
}

import type { Streams } from "../../http/sse";
import type { RestDeps } from "../deps";

/** What routes work with. */
export interface RouteContext extends RestDeps {
  streams: Streams;
}

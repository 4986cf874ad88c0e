import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { paths } from "../../../../api/paths";
import { Failure } from "./client";
import { follow } from "./streams";

/** Milliseconds in which events are gathered: a burst of them is one look. */
const GATHER_MS = 250;

/** Reads again what an event of this type may have changed. */
function renew(queries: QueryClient, types: Set<string>): void {
  const has = (prefix: string): boolean => [...types].some((type) => type.startsWith(prefix));
  if (has("server.") || has("session.")) void queries.invalidateQueries({ queryKey: ["servers"] });
  if (has("session.")) void queries.invalidateQueries({ queryKey: ["sessions"] });
  if (has("token.")) void queries.invalidateQueries({ queryKey: ["tokens"] });
  if (has("tools.")) void queries.invalidateQueries({ queryKey: ["tools"] });
}

/**
 * Follows the fleet's events while somebody is signed in, and reads anew what they change.
 * @returns false while the orchestrator does not answer: what is shown may be old
 */
export function useLive(signedOut: () => void): boolean {
  const queries = useQueryClient();
  const [isLive, setLive] = useState(true);
  useEffect(() => {
    const types = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wasDown = false;
    const end = follow(
      () => paths.events,
      ({ event = "" }) => {
        types.add(event);
        timer ??= setTimeout(() => {
          timer = undefined;
          renew(queries, types);
          types.clear();
        }, GATHER_MS);
      },
      (isOpen, error) => {
        setLive(isOpen);
        // Events of the time between are not known.
        if (isOpen && wasDown) void queries.invalidateQueries();
        wasDown = !isOpen;
        if (error instanceof Failure && error.status === 401) signedOut();
      },
    );
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [queries, signedOut]);
  return isLive;
}

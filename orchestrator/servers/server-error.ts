/** Thrown when something cannot be done with a server. The message is one sentence for the caller. */
export class ServerError extends Error {
  /** @param status HTTP status: 403 not allowed, 404 not there, 409 not now, 422 did not work, 502 the engine failed */
  constructor(
    readonly status: 403 | 404 | 409 | 422 | 502,
    message: string,
    /** The last lines of the server's log, where they say more. */
    readonly logs?: string[],
  ) {
    super(message);
    this.name = "ServerError";
  }
}

/** Thrown for a server of which there can be no throwaway copy, now and later. */
export class UncopyableError extends ServerError {
  constructor(message: string) {
    super(409, message);
  }
}

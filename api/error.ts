/** What went wrong with a request, so that the caller can act on it. */
export const ApiErrorKind = {
  /** What was sent, or an address or a token, is wrong; nothing was done. */
  Invalid: "invalid",
  /** No such server, tool or session. */
  NotFound: "not-found",
  /** The token is unknown, or may not do that. */
  Denied: "denied",
  /** Nobody answers, or nobody that is this API. */
  Unreachable: "unreachable",
  /** The API answered that it could not be done. */
  Failed: "failed",
} as const;
export type ApiErrorKind = (typeof ApiErrorKind)[keyof typeof ApiErrorKind];

/** An error of the API, or on the way to it. Its message is all that a user needs. */
export class ApiError extends Error {
  /**
   * @param message what was wrong, where, what was got and expected
   * @param fix what to do about it
   */
  constructor(
    readonly kind: ApiErrorKind,
    message: string,
    readonly fix?: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

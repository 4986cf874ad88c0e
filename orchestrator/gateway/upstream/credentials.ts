/** The tokens that one remote server is sent, as somebody's sign-in gives them. */
export interface Credentials {
  /**
   * Waits until there is a token that is good for the next request; undefined when there is one already.
   * @throws WayError when somebody has to sign in
   */
  ready(): Promise<void> | undefined;
  /** The value of the header Authorization. @throws WayError when there is none */
  header(): string;
  /**
   * Gets a new token, as the server refused this one.
   * @param refused the header's value that it refused
   * @throws WayError when there is none that it may take
   */
  renew(refused: string | undefined): Promise<void>;
  /**
   * Hears of a request that the server forbids (HTTP 403).
   * @param challenge the header WWW-Authenticate
   * @throws WayError when another sign-in would have the rights that it wants
   */
  forbidden(challenge: string): void;
}

import { ApiError, ApiErrorKind } from "../api/error";

/** What the command line ends with; scripts rely on these numbers. */
export const ExitCode = {
  Ok: 0,
  /** It could not be done. */
  Failed: 1,
  /** The command itself, its options or a file it was given are wrong; nothing was done. */
  Usage: 2,
  /** What was looked at is not as declared: drift, a failed check. */
  Different: 3,
  /** The engine or the API does not answer. */
  Unreachable: 4,
  /** No such stack, server, tool, container or token. */
  NotFound: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** An error whose sentence is all the user needs: it is printed without a stack. */
export class CliError extends Error {
  /**
   * @param message what was wrong, where, what was got and expected
   * @param fix what to do about it
   */
  constructor(
    message: string,
    readonly code: ExitCode = ExitCode.Failed,
    readonly fix?: string,
  ) {
    super(message);
    this.name = "CliError";
  }
}

const CODES: Record<ApiErrorKind, ExitCode> = {
  [ApiErrorKind.Invalid]: ExitCode.Usage,
  [ApiErrorKind.NotFound]: ExitCode.NotFound,
  [ApiErrorKind.Denied]: ExitCode.Failed,
  [ApiErrorKind.Unreachable]: ExitCode.Unreachable,
  [ApiErrorKind.Failed]: ExitCode.Failed,
};

/** An error as the command line tells it: its own, or one of the API; undefined for any other. */
export function expected(error: unknown): CliError | undefined {
  if (error instanceof ApiError) return new CliError(error.message, CODES[error.kind], error.fix);
  return error instanceof CliError ? error : undefined;
}

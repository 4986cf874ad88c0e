import { CliError, ExitCode } from "./errors";

/**
 * Reads an option's value as a whole number of seconds.
 * @param option its name, for the error
 */
export function secondsOf(option: string, least = 0): (text: string) => number {
  return (text) => {
    if (/^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text);
    const expected = `a whole number of seconds${least > 0 ? `, ${least} or more` : ""}`;
    throw new CliError(`${option}: got "${text}", expected ${expected}`, ExitCode.Usage);
  };
}

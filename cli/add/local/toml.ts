import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { CliError, ExitCode } from "../../errors";

/** The values of a TOML text. @param path how the error names it @throws CliError when it is none */
export function toml(path: string, text: string): Record<string, unknown> {
  try {
    return getStaticTOMLValue(parseTOML(text)) as Record<string, unknown>;
  } catch (error) {
    throw new CliError(`${path}: got ${(error as Error).message}, expected TOML`, ExitCode.Usage);
  }
}

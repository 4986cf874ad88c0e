import { AGGREGATE, clientConfig } from "../../api/client-configs";
import { type ClientName, SCOPES } from "./clients";
import { entriesOf } from "./connect";
import { fileOf } from "./file-of";
import { readExactly, realFile } from "./files";
import { FORMATS } from "./formats/index";
import { behindMark } from "./plan";
import { Records } from "./records";

/**
 * Files of clients that have an entry of our usual name, and that no record knows: whoever looks for what is connected
 * should hear of it. Files that cannot be read are left out.
 * @param file this one alone @default the clients' own
 */
export function forgotten(clients: readonly ClientName[], file?: string, records = new Records()): string[] {
  return clients.flatMap((client) => {
    const files =
      file === undefined ? SCOPES.flatMap((scope) => attempt(() => fileOf(client, { scope })) ?? []) : [file];
    const config = clientConfig(client, [{ name: AGGREGATE, url: "" }], { token: "-" });
    const [entry] = entriesOf(config);
    return files.filter((one) =>
      attempt(() => {
        const text = readExactly(one);
        if (!entry || text === null || records.of(realFile(one))) return false;
        return FORMATS[config.format].valueIn(behindMark(text), entry, one) !== undefined;
      }),
    );
  });
}

function attempt<T>(job: () => T): T | undefined {
  try {
    return job();
  } catch {
    return undefined;
  }
}

import type { ReactNode } from "react";
import type { Draft } from "../../api/types";
import { download } from "../../parts/download";
import { foreign, SHOWN } from "../../parts/foreign";
import { TEXTS } from "../../texts";

const { add: texts } = TEXTS;

/** A server's folder for the catalog: to read, as a zip file, as a diff, and as the command that makes it. */
export function Folder({ draft: { name, files, command, opens } }: { draft: Draft }): ReactNode {
  const required = opens.secrets.filter(({ required: isNeeded }) => isNeeded);
  const steps = [
    command,
    ...required.map((secret) => `bin/dind-mcp secrets set ${name} ${secret.name}`),
    "bin/dind-mcp up",
  ];
  return (
    <section aria-label={texts.folder}>
      <h2>{texts.folder}</h2>
      <p className="hint">{texts.folderHint(name)}</p>
      <div className="buttons">
        <button type="button" onClick={() => void zipped(name, files).then((zip) => download(`${name}.zip`, zip))}>
          {texts.zip}
        </button>
        <button type="button" onClick={() => download(`${name}.diff`, diff(name, files))}>
          {texts.diff}
        </button>
      </div>
      <h3>{texts.command}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre className="text" tabIndex={0}>
        {foreign(steps.join("\n"), SHOWN)}
      </pre>
      {Object.entries(files).map(([file, text]) => (
        <details key={file}>
          <summary>{`mcp/${name}/${file}`}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre className="text" tabIndex={0}>
            {foreign(text, SHOWN)}
          </pre>
        </details>
      ))}
    </section>
  );
}

async function zipped(name: string, files: Record<string, string>): Promise<Blob> {
  const { strToU8, zipSync } = await import("fflate");
  const entries = Object.entries(files).map(([file, text]) => [`${name}/${file}`, strToU8(text)]);
  return new Blob([zipSync(Object.fromEntries(entries))], { type: "application/zip" });
}

/** New files as `git apply` takes them. Every file of a draft ends with an end of line. */
export function diff(name: string, files: Record<string, string>): string {
  return Object.entries(files)
    .map(([file, text]) => {
      const path = `mcp/${name}/${file}`;
      const lines = text.replace(/\n$/, "").split("\n");
      const head = [`diff --git a/${path} b/${path}`, "new file mode 100644", "--- /dev/null", `+++ b/${path}`];
      return [...head, `@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`), ""].join("\n");
    })
    .join("");
}

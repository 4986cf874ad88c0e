import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { ClientConfig } from "../../../../../api/client-configs";
import { download } from "../../parts/download";
import { Facts } from "../../parts/facts";
import { Prose } from "../../parts/prose";
import { TEXTS } from "../../texts";

const { connect: texts } = TEXTS;

/** One client's configuration: to read, to copy, to download, and as links where the client knows them. */
export function Config({ config, hasToken }: { config: ClientConfig; hasToken: boolean }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  // The writers of TOML and YAML come when somebody looks at this.
  const { data: text = "" } = useQuery({
    queryKey: ["file-text", config],
    queryFn: async () => (await import("../../../../../api/file-text")).fileText(config),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // it may hold a token
  });
  return (
    <>
      <Facts all={{ [texts.file]: <Prose>{config.file}</Prose> }} />
      <pre className="text">{text}</pre>
      <div className="buttons">
        <button type="button" onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}>
          {isCopied ? texts.copied : texts.copy}
        </button>
        <button type="button" onClick={() => download(`${config.client}.${config.format}`, text)}>
          {texts.download}
        </button>
      </div>
      {config.links && (
        <ul>
          {config.links.map(({ name, url }) => (
            <li key={name}>
              <a href={url}>{texts.link(config.client, name)}</a>
            </li>
          ))}
        </ul>
      )}
      {config.links && hasToken && <p className="hint">{texts.linkHolds}</p>}
      <ul>
        {[...config.notes, config.next].map((note) => (
          <li key={note}>
            <Prose>{note}</Prose>
          </li>
        ))}
      </ul>
    </>
  );
}

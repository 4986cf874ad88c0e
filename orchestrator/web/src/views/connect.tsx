import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { ClientConfig } from "../../../../api/client-configs";
import { clientConfigsQuery } from "../api/queries";
import { download } from "../parts/download";
import { Facts } from "../parts/facts";
import { Prose } from "../parts/prose";
import { Loaded } from "../parts/state";
import { TEXTS } from "../texts";

const { connect: texts } = TEXTS;

/** How clients are connected. */
export function Connect(): ReactNode {
  const [mode, setMode] = useState<"each" | "all">("all");
  const query = useQuery(clientConfigsQuery(mode));
  return (
    <>
      <h1>{texts.title}</h1>
      <p>
        <Prose>{texts.intro}</Prose>
      </p>
      <fieldset>
        <legend>{texts.servers}</legend>
        {(["all", "each"] as const).map((choice) => (
          <label key={choice}>
            <input type="radio" name="mode" checked={mode === choice} onChange={() => setMode(choice)} />{" "}
            {texts[choice]}
          </label>
        ))}
      </fieldset>
      <Loaded query={query}>{(configs) => <Choice configs={configs} />}</Loaded>
    </>
  );
}

function Choice({ configs }: { configs: ClientConfig[] }): ReactNode {
  const field = useId();
  const [wanted, setWanted] = useState(configs[0]?.client);
  const config = configs.find(({ client }) => client === wanted);
  return (
    <>
      <p>
        <label htmlFor={field}>{texts.client}</label>{" "}
        <select id={field} value={wanted} onChange={(event) => setWanted(event.target.value as typeof wanted)}>
          {configs.map(({ client }) => (
            <option key={client}>{client}</option>
          ))}
        </select>
      </p>
      {config && <Config key={config.client} config={config} />}
    </>
  );
}

function Config({ config }: { config: ClientConfig }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  const text = JSON.stringify(config.config, null, 2);
  return (
    <>
      <Facts all={{ [texts.file]: <Prose>{config.file}</Prose> }} />
      <pre className="text">{text}</pre>
      <div className="buttons">
        <button type="button" onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}>
          {isCopied ? texts.copied : texts.copy}
        </button>
        <button type="button" onClick={() => download(`${config.client}.json`, `${text}\n`)}>
          {texts.download}
        </button>
      </div>
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

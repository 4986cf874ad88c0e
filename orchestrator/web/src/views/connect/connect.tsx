import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { CLIENT_NAMES, type Client, clientConfig } from "../../../../../api/client-configs";
import { clientConfigsQuery } from "../../api/queries";
import { Prose } from "../../parts/prose";
import { Loaded } from "../../parts/state";
import { TEXTS } from "../../texts";
import { Config } from "./config";
import { TokenOnDemand } from "./token-on-demand";

const { connect: texts } = TEXTS;

/** How clients are connected. */
export function Connect(): ReactNode {
  const field = useId();
  const [mode, setMode] = useState<"each" | "all">("all");
  const [client, setClient] = useState<Client>(CLIENT_NAMES[0] as Client);
  const [token, setToken] = useState<string>();
  const query = useQuery(clientConfigsQuery(mode));
  const choose = (other: Client): void => {
    setClient(other);
    setToken(undefined); // it was made for another client
  };
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
      <p>
        <label htmlFor={field}>{texts.client}</label>{" "}
        <select id={field} value={client} onChange={(event) => choose(event.target.value as Client)}>
          {CLIENT_NAMES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </p>
      <Loaded query={query}>
        {({ targets, items }) => {
          const plain = items.find((item) => item.client === client);
          const config = token === undefined ? plain : clientConfig(client, targets, { token });
          return config && <Config key={`${client} ${token}`} config={config} hasToken={token !== undefined} />;
        }}
      </Loaded>
      <TokenOnDemand key={client} client={client} show={setToken} />
    </>
  );
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { paths } from "../../../../../api/paths";
import { Scope } from "../../../../../api/scopes";
import { post } from "../../api/client";
import { tokenQuery } from "../../api/queries";
import type { MadeToken } from "../../api/types";
import { Prose } from "../../parts/prose";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";

const { connect: texts } = TEXTS;
const YEAR_MS = 365 * 86_400_000;

/**
 * Makes a token for one client, with the least that it needs, when somebody asks for it.
 * @param show gets the token while it shall be seen, else undefined
 */
export function TokenOnDemand({
  client,
  show,
}: {
  client: string;
  show: (token: string | undefined) => void;
}): ReactNode {
  const queries = useQueryClient();
  const { data: own } = useQuery(tokenQuery);
  const [isShown, setShown] = useState(true);
  const make = useMutation({
    mutationFn: () => post<MadeToken>(paths.tokens, bodyFor(client)),
    onSuccess: ({ token }) => {
      show(token);
      void queries.invalidateQueries({ queryKey: ["tokens"] });
    },
  });
  const mayMake = [Scope.Admin, Scope.Mcp].every((scope) => own?.scopes.includes(scope));
  const toggle = (): void => {
    show(isShown ? undefined : make.data?.token);
    setShown(!isShown);
  };
  return (
    <section aria-labelledby="connect-token">
      <h2 id="connect-token">{texts.token}</h2>
      {own && !mayMake && (
        <p>
          <Prose>{texts.cannot(client)}</Prose>
        </p>
      )}
      {mayMake && !make.data && (
        <>
          <p>{texts.makes}</p>
          <button type="button" disabled={make.isPending} onClick={() => make.mutate()}>
            {texts.make(client)}
          </button>
        </>
      )}
      {make.error && <Problem error={make.error} />}
      {make.data && (
        <>
          <p role="status">{texts.made(make.data.name)}</p>
          <button type="button" onClick={toggle}>
            {isShown ? texts.hide : texts.show}
          </button>
        </>
      )}
    </section>
  );
}

/** A name of its own for each token: the view Tokens tells by it which client has which. */
function bodyFor(client: string): Record<string, unknown> {
  const some = [...crypto.getRandomValues(new Uint8Array(3))].map((byte) => byte.toString(16).padStart(2, "0"));
  return {
    ...{ name: `${client}-${some.join("")}`, label: texts.label(client), scopes: [Scope.Mcp] },
    expiresAt: new Date(Date.now() + YEAR_MS).toISOString(),
  };
}

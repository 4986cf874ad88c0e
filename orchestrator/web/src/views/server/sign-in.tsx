import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { paths } from "../../../../../api/paths";
import { Scope } from "../../../../../api/scopes";
import { isMapping } from "../../../../../lib/mapping";
import { post, read, send } from "../../api/client";
import { tokenQuery } from "../../api/queries";
import type { Attempt, BegunSignIn, ServerDetail } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { moment } from "../../parts/format";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";

const { signIn: texts } = TEXTS.server;
/** Milliseconds between two looks at how a sign-in goes. */
const LOOK_MS = 1_500;

/** Who is signed in to a remote server, and signing in and out: for all, or for the token that the page has. */
export function SignIn({ server }: { server: ServerDetail }): ReactNode {
  const { authorization, manifest } = server;
  const { data: token } = useQuery(tokenQuery);
  if (!authorization) return undefined;
  const { state, by, subject, since, reason } = authorization;
  return (
    <section aria-labelledby="server-sign-in">
      <h2 id="server-sign-in">{texts.title}</h2>
      <p>
        {texts.states[state]}
        {by !== undefined && <Foreign>{` ${texts.by(subject, by)}`}</Foreign>}
        {since !== undefined && ` ${texts.since} ${moment(since)}`}
      </p>
      {reason !== undefined && (
        <p className="reason">
          <Foreign most={2_000}>{reason}</Foreign>
        </p>
      )}
      {token?.scopes.includes(Scope.Admin) && (
        <Way place={paths.login(server.name)} text={texts.forAll} isIn={by !== undefined} />
      )}
      {isPerUser(manifest.oauth) && token?.scopes.includes(Scope.Mcp) && (
        <Way place={paths.ownLogin(server.name)} text={texts.own} isIn={false} />
      )}
    </section>
  );
}

function isPerUser(oauth: unknown): boolean {
  return isMapping(oauth) && oauth.credentials === "per-user";
}

/** Begins a sign-in, leads to its issuer, and says how it went. @param place path of REST */
function Way({ place, text, isIn }: { place: string; text: string; isIn: boolean }): ReactNode {
  const queries = useQueryClient();
  const [begun, setBegun] = useState<BegunSignIn>();
  const changed = () => queries.invalidateQueries({ queryKey: ["servers"] });
  const begin = useMutation({ mutationFn: () => post<BegunSignIn>(place), onSuccess: setBegun });
  const end = useMutation({ mutationFn: () => send(place, { method: "DELETE" }), onSettled: changed });
  const { data: attempt } = useQuery({
    queryKey: ["sign-in", place, begun?.id],
    queryFn: async () => {
      const now = await read<Attempt>(`${place}/${begun?.id}`);
      if (now.outcome !== "waiting") void changed();
      return now;
    },
    enabled: begun !== undefined,
    refetchInterval: ({ state }) => (state.data && state.data.outcome !== "waiting" ? false : LOOK_MS),
  });
  const outcome = begun && (attempt?.outcome ?? "waiting");
  return (
    <>
      <div className="buttons">
        <button type="button" disabled={begin.isPending} onClick={() => begin.mutate()}>
          {text}
        </button>
        {isIn && (
          <button type="button" disabled={end.isPending} onClick={() => end.mutate()}>
            {texts.out}
          </button>
        )}
      </div>
      {begin.error && <Problem error={begin.error} />}
      {end.error && <Problem error={end.error} />}
      {begun && outcome === "waiting" && (
        <p role="status">
          <a href={begun.url} target="_blank" rel="noopener noreferrer">
            {texts.open(new URL(begun.url).host)}
          </a>{" "}
          {texts.waits}
        </p>
      )}
      {outcome === "signed-in" && <p role="status">{texts.done}</p>}
      {outcome === "failed" && (
        <p role="alert">
          {`${texts.failed} `}
          <Foreign most={2_000}>{attempt?.reason ?? ""}</Foreign>
        </p>
      )}
    </>
  );
}

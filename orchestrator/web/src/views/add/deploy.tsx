import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { paths } from "../../../../../api/paths";
import { post } from "../../api/client";
import { tokenQuery } from "../../api/queries";
import { follow } from "../../api/streams";
import type { Draft } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";

const { add: texts } = TEXTS;

/** Deploys a server with the values of its secrets, which nobody sees again; or says why that is not possible. */
export function Deploy({ draft }: { draft: Draft }): ReactNode {
  const { name, manifest, deployable, obstacles, opens } = draft;
  const { data: token } = useQuery(tokenQuery);
  const queries = useQueryClient();
  const deploy = useMutation({
    mutationFn: (secrets: Record<string, string>) => post(paths.servers, { manifest, secrets }),
    // What was sent holds secrets.
    gcTime: 0,
    onSettled: () => queries.invalidateQueries({ queryKey: ["servers"] }),
  });
  if (deploy.isSuccess)
    return (
      <p role="status">
        {`${texts.deployed} `}
        <Link to="/servers/$name" params={{ name }} search={{ tab: "tools" }}>
          {texts.toTools}
        </Link>
      </p>
    );
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const given = opens.secrets.map((secret) => [secret.name, String(data.get(secret.name) ?? "")] as const);
    deploy.mutate(Object.fromEntries(given.filter(([, value]) => value !== "")));
  };
  return (
    <section aria-label={texts.deploy}>
      <h2>{texts.deploy}</h2>
      {!deployable && (
        <>
          <p>{texts.notDeployable}</p>
          <ul>
            {obstacles.map((one) => (
              <li key={one}>
                <Foreign>{one}</Foreign>
              </li>
            ))}
          </ul>
        </>
      )}
      {deployable && token?.scopes.includes("admin") && (
        <form className="fill" onSubmit={send}>
          {opens.secrets.map((secret) => (
            <label key={secret.name}>
              <Foreign most={128}>{secret.env ?? secret.name}</Foreign>
              <input type="password" name={secret.name} required={secret.required} autoComplete="new-password" />
              <span className="hint">
                <Foreign>{secret.description ?? ""}</Foreign>
              </span>
            </label>
          ))}
          <button type="submit" className="primary" disabled={deploy.isPending}>
            {texts.deploy}
          </button>
          {deploy.isPending && <Step server={name} />}
          {deploy.error && <Problem error={deploy.error} />}
        </form>
      )}
    </section>
  );
}

/** The step that a deployment is at. */
function Step({ server }: { server: string }): ReactNode {
  const [step, setStep] = useState<string>(texts.sent);
  useEffect(() => {
    return follow(
      () => paths.events,
      ({ event, data }) => {
        const told = JSON.parse(data) as { server?: string; data?: { step?: string } };
        if (event === "server.deploying" && told.server === server && told.data?.step) setStep(told.data.step);
      },
      () => {},
    );
  }, [server]);
  return (
    <p role="status" className="hint">
      <Foreign>{step}</Foreign>
    </p>
  );
}

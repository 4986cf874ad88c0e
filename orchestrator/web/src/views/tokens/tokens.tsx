import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { paths } from "../../../../../api/paths";
import { send } from "../../api/client";
import { tokensQuery } from "../../api/queries";
import type { Token } from "../../api/types";
import { Confirm } from "../../parts/confirm";
import { Foreign } from "../../parts/foreign";
import { moment } from "../../parts/format";
import { Prose } from "../../parts/prose";
import { Loaded, Problem } from "../../parts/state";
import { Table } from "../../parts/table";
import { TEXTS } from "../../texts";
import { TokenForm } from "./token-form";

const { tokens: texts } = TEXTS;

/** Who may use what: all tokens, a form for another, a button that revokes one. */
export function Tokens(): ReactNode {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<string>();
  const revoke = useMutation({
    mutationFn: (name: string) => send(paths.apiToken(name), { method: "DELETE" }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  return (
    <>
      <h1>{texts.title}</h1>
      <p>
        <Prose>{texts.intro}</Prose>
      </p>
      <Loaded query={useQuery(tokensQuery)}>
        {(all) => (
          <>
            {revoke.error && <Problem error={revoke.error} />}
            <Table columns={texts.columns} hasButtons>
              {all.map((token) => (
                <Row key={token.principal} token={token} revoke={() => setAsked(token.name)} />
              ))}
            </Table>
            <TokenForm />
          </>
        )}
      </Loaded>
      {asked !== undefined && (
        <Confirm
          title={texts.ask(asked)}
          text={texts.askText}
          action={texts.revoke}
          onAnswer={(isYes) => {
            setAsked(undefined);
            if (isYes) revoke.mutate(asked);
          }}
        />
      )}
    </>
  );
}

function Row({ token, revoke }: { token: Token; revoke: () => void }): ReactNode {
  const { name, source, label, scopes, createdAt, createdBy, lastUsedAt, expiresAt } = token;
  return (
    <tr>
      <th scope="row">
        {name}
        {label && (
          <div className="hint">
            <Foreign>{label}</Foreign>
          </div>
        )}
      </th>
      <td>{texts.sources[source]}</td>
      <td>
        {scopes.join(", ")}
        <div className="hint">
          <Foreign most={1_000}>{limitsOf(token)}</Foreign>
        </div>
      </td>
      <td>
        {moment(createdAt)}
        {createdBy && <div className="hint">{texts.by(createdBy)}</div>}
      </td>
      <td>{lastUsedAt ? moment(lastUsedAt) : texts.unused}</td>
      <td>{endOf(expiresAt)}</td>
      <td>
        {source === "api" && (
          <button type="button" aria-label={`${texts.revoke} ${name}`} onClick={revoke}>
            {texts.revoke}
          </button>
        )}
      </td>
    </tr>
  );
}

function limitsOf({ servers, tools }: Token): string {
  const parts = [
    servers?.join(", ") ?? texts.allServers,
    tools?.allow && texts.only(tools.allow.join(", ")),
    tools?.deny && texts.not(tools.deny.join(", ")),
  ];
  return parts.filter((part) => part).join("; ");
}

function endOf(time: string | undefined): string {
  if (time === undefined) return texts.never;
  return Date.parse(time) <= Date.now() ? texts.over : moment(time);
}

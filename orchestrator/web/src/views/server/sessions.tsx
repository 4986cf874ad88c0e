import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { paths } from "../../../../../api/paths";
import { send } from "../../api/client";
import { sessionsQuery, tokenQuery } from "../../api/queries";
import { Confirm } from "../../parts/confirm";
import { Foreign } from "../../parts/foreign";
import { moment } from "../../parts/format";
import { Empty, Loaded, Problem } from "../../parts/state";
import { Table } from "../../parts/table";
import { TEXTS } from "../../texts";

const { sessions: texts } = TEXTS;

/** Open sessions with a server, with a button that ends one. */
export function Sessions({ server }: { server: string }): ReactNode {
  const queries = useQueryClient();
  const { data: token } = useQuery(tokenQuery);
  const [asked, setAsked] = useState<string>();
  const end = useMutation({
    mutationFn: (id: string) => send(`${paths.sessions}/${encodeURIComponent(id)}`, { method: "DELETE" }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <Loaded query={useQuery(sessionsQuery(server))}>
      {(all) => (
        <>
          {end.error && <Problem error={end.error} />}
          {all.length === 0 ? (
            <Empty>{texts.empty}</Empty>
          ) : (
            <Table columns={texts.columns} hasButtons>
              {all.map(({ id, principal, client, protocolVersion, openedAt, lastUsedAt, inFlight }) => (
                <tr key={id}>
                  <th scope="row">{principal}</th>
                  <td>
                    <Foreign most={80}>{client ? `${client.name} ${client.version ?? ""}` : "–"}</Foreign>
                  </td>
                  <td>{protocolVersion ?? "–"}</td>
                  <td>{moment(openedAt)}</td>
                  <td>{moment(lastUsedAt)}</td>
                  <td className="number">{inFlight}</td>
                  <td>
                    {token?.scopes.includes("admin") && (
                      <button type="button" aria-label={`${texts.end} ${principal}`} onClick={() => setAsked(id)}>
                        {texts.end}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
          {asked !== undefined && (
            <Confirm
              title={texts.ask}
              action={texts.end}
              onAnswer={(isYes) => {
                setAsked(undefined);
                if (isYes) end.mutate(asked);
              }}
            />
          )}
        </>
      )}
    </Loaded>
  );
}

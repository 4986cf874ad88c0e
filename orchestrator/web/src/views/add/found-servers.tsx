import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "../../api/client";
import { registryQuery } from "../../api/queries";
import type { ListedServer } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { Empty, Loaded } from "../../parts/state";
import { Table } from "../../parts/table";
import { TEXTS } from "../../texts";

const { add: texts } = TEXTS;
/** Answered where the config does not let the orchestrator ask the registry. */
const NOT_CONFIGURED = 409;

/** Servers of the MCP registry. */
export function FoundServers({ word, choose }: { word: string; choose: (name: string) => void }): ReactNode {
  const query = useQuery(registryQuery(word));
  const isClosed = query.error instanceof Failure && query.error.status === NOT_CONFIGURED;
  return (
    <section aria-label={texts.found}>
      <h2>{texts.found}</h2>
      {isClosed ? (
        <Empty>{texts.closed}</Empty>
      ) : (
        <Loaded query={query}>
          {({ items, more, registry }) => (
            <>
              <p className="hint">{texts.words(registry)}</p>
              {items.length === 0 && <Empty>{texts.none}</Empty>}
              {items.length > 0 && (
                <Table columns={texts.columns} hasButtons>
                  {items.map((one) => (
                    <Row key={`${one.name} ${one.version}`} one={one} choose={choose} />
                  ))}
                </Table>
              )}
              {more && <p className="hint">{texts.more}</p>}
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}

function Row({ one, choose }: { one: ListedServer; choose: (name: string) => void }): ReactNode {
  const { name, version, packages, remotes, status, description, runs } = one;
  const kinds = [...packages, ...(remotes > 0 ? [texts.address] : [])].join(", ");
  return (
    <tr>
      <th scope="row">
        <Foreign most={128}>{name}</Foreign>
      </th>
      <td>
        <Foreign most={40}>{version}</Foreign>
      </td>
      <td>
        <Foreign most={128}>{kinds}</Foreign>
      </td>
      <td>
        <Foreign>{`${status ? `${status}: ` : ""}${description}`}</Foreign>
      </td>
      <td>
        {runs ? (
          <button type="button" onClick={() => choose(name)}>
            {texts.look}
          </button>
        ) : (
          texts.cannot
        )}
      </td>
    </tr>
  );
}

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { packagesQuery } from "../../api/queries";
import type { PackageSource } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { Empty, Loaded } from "../../parts/state";
import { Table } from "../../parts/table";
import { TEXTS } from "../../texts";
import type { Source } from "./draft";

const { packages: texts } = TEXTS;

/** Packages of npm and PyPI; of each registry that is not configured, or does not answer, why there is nothing. */
export function FoundPackages({ word, choose }: { word: string; choose: (source: Source) => void }): ReactNode {
  return (
    <Loaded query={useQuery(packagesQuery(word))}>
      {(sources) => sources.map((source) => <One key={source.kind} source={source} choose={choose} />)}
    </Loaded>
  );
}

function One({ source, choose }: { source: PackageSource; choose: (source: Source) => void }): ReactNode {
  const { kind, state, url = "", problem = "", items, more } = source;
  return (
    <section aria-label={texts.title[kind]}>
      <h2>{texts.title[kind]}</h2>
      {state === "not-configured" && <Empty>{texts.notConfigured[kind]}</Empty>}
      {state === "failed" && (
        <p className="reason">
          <Foreign>{problem}</Foreign>
        </p>
      )}
      {state === "ok" && <p className="hint">{texts.words(url)}</p>}
      {state === "ok" && items.length === 0 && <Empty>{texts.none[kind]}</Empty>}
      {items.length > 0 && (
        <Table columns={texts.columns} hasButtons>
          {items.map(({ name, version, description, document, source: from }) => (
            <tr key={from}>
              <th scope="row">
                <Foreign most={214}>{name}</Foreign>
              </th>
              <td>
                <Foreign most={40}>{version}</Foreign>
              </td>
              <td>
                <Foreign>{description}</Foreign>
              </td>
              <td>
                <button type="button" onClick={() => choose({ document, from })}>
                  {TEXTS.add.look}
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {more && <p className="hint">{TEXTS.add.more}</p>}
    </section>
  );
}

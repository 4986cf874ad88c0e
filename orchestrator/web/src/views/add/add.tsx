import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { registryQuery } from "../../api/queries";
import type { ListedServer } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { Prose } from "../../parts/prose";
import { Empty, Loaded, Problem } from "../../parts/state";
import { Table } from "../../parts/table";
import { TEXTS } from "../../texts";
import { DraftView, type Source } from "./draft";

const { add: texts } = TEXTS;

/** Looks for servers, and shows what one would be before anything is built. */
export function Add(): ReactNode {
  const [source, setSource] = useState<Source>();
  const [word, setWord] = useState("");
  if (source)
    return (
      <>
        <button type="button" className="plain" onClick={() => setSource(undefined)}>
          {texts.back}
        </button>
        <DraftView source={source} />
      </>
    );
  const search = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setWord(String(new FormData(event.currentTarget).get("word") ?? "").trim());
  };
  return (
    <>
      <h1>{texts.title}</h1>
      <p className="hint">
        <Prose>{texts.intro}</Prose>
      </p>
      <form className="bar" onSubmit={search}>
        <label>
          {texts.word} <input type="search" name="word" defaultValue={word} maxLength={100} required />
        </label>
        <button type="submit" className="primary">
          {texts.search}
        </button>
      </form>
      {word !== "" && <Found word={word} choose={(name) => setSource({ registry: { name } })} />}
      <Pasted choose={(document) => setSource({ document })} />
    </>
  );
}

function Found({ word, choose }: { word: string; choose: (name: string) => void }): ReactNode {
  const query = useQuery(registryQuery(word));
  return (
    <Loaded query={query}>
      {({ items, more, registry }) => (
        <section aria-label={texts.found}>
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
        </section>
      )}
    </Loaded>
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

function Pasted({ choose }: { choose: (document: Record<string, unknown>) => void }): ReactNode {
  const [error, setError] = useState<unknown>();
  const take = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    try {
      const document: unknown = JSON.parse(String(new FormData(event.currentTarget).get("document")));
      if (typeof document !== "object" || document === null || Array.isArray(document))
        throw new Error(texts.notObject);
      choose({ ...document });
    } catch (wrong) {
      setError(wrong);
    }
  };
  return (
    <details className="card">
      <summary>{texts.paste}</summary>
      <form onSubmit={take}>
        <label>
          {texts.document}
          <textarea name="document" rows={8} spellCheck={false} required />
        </label>
        <button type="submit">{texts.look}</button>
        {error !== undefined && <Problem error={error} />}
      </form>
    </details>
  );
}

import { type FormEvent, type ReactNode, useState } from "react";
import { Prose } from "../../parts/prose";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";
import { CatalogOffers } from "./catalog";
import { DraftView, type Source } from "./draft";
import { FoundPackages } from "./found-packages";
import { FoundServers } from "./found-servers";

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
      <CatalogOffers word={word} />
      {word !== "" && (
        <>
          <FoundServers word={word} choose={(name) => setSource({ registry: { name } })} />
          <FoundPackages word={word} choose={setSource} />
        </>
      )}
      <Pasted choose={(document) => setSource({ document })} />
    </>
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

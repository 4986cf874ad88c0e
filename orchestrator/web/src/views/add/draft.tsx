import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { paths } from "../../../../../api/paths";
import { post } from "../../api/client";
import type { Draft } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { Loaded, Problem } from "../../parts/state";
import { TEXTS } from "../../texts";
import { Deploy } from "./deploy";
import { Folder } from "./folder";
import { Opens } from "./opens";

const { add: texts } = TEXTS;

/** What a server is made of. */
export type Source = { registry: { name: string } } | { document: Record<string, unknown>; from?: string };

interface Wishes {
  name?: string;
  env?: Record<string, string>;
  egress?: string[];
}

/** What a server would be: what it may do, what it needs, and the ways to have it. */
export function DraftView({ source }: { source: Source }): ReactNode {
  const [wishes, setWishes] = useState<Wishes>({});
  const query = useQuery({
    queryKey: ["draft", source, wishes],
    queryFn: () => post<Draft>(paths.drafts, { ...source, ...wishes }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      {query.error && query.data && <Problem error={query.error} />}
      <Loaded query={query}>
        {(draft) => (
          <>
            <h1>{draft.name}</h1>
            <p className="hint">
              {`${texts.from} `}
              <Foreign most={200}>{draft.from}</Foreign>
            </p>
            <h2>{texts.allowed}</h2>
            <Opens draft={draft} />
            <h2>{texts.fill}</h2>
            <Fill draft={draft} onFilled={setWishes} />
            {draft.notes.length > 0 && (
              <details>
                <summary>{texts.notes}</summary>
                <ul>
                  {draft.notes.map((note) => (
                    <li key={note}>
                      <Foreign>{note}</Foreign>
                    </li>
                  ))}
                </ul>
              </details>
            )}
            <Deploy draft={draft} />
            <Folder draft={draft} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Fill({ draft, onFilled }: { draft: Draft; onFilled: (wishes: Wishes) => void }): ReactNode {
  const { needs, manifest } = draft;
  const [egress, setEgress] = useState("");
  const known = Object.entries((manifest.env ?? {}) as Record<string, string>);
  const told = new Map(needs.map(({ path, text }) => [path, text]));
  const missing = [...told.keys()].filter((path) => /^env\.\w+$/.test(path)).map((path) => path.slice("env.".length));
  const env = [...known, ...missing.filter((name) => !known.some(([one]) => one === name)).map((name) => [name, ""])];
  const filled = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const values = env.map(([name = ""]) => [name, String(data.get(`env.${name}`) ?? "")] as const);
    const hosts = egress.split(/[\s,]+/).filter((one) => one !== "");
    onFilled({
      name: String(data.get("name")),
      env: Object.fromEntries(values.filter(([, value]) => value !== "")),
      egress: hosts,
    });
  };
  return (
    <form className="fill" onSubmit={filled}>
      <label>
        {texts.name}
        <input name="name" defaultValue={draft.name} required />
      </label>
      {env.map(([name = "", value]) => (
        <label key={name}>
          <Foreign most={128}>{name}</Foreign>
          <input name={`env.${name}`} defaultValue={value} required={told.has(`env.${name}`)} autoComplete="off" />
          {told.has(`env.${name}`) && (
            <span className="hint">
              <Foreign>{told.get(`env.${name}`) ?? ""}</Foreign>
            </span>
          )}
        </label>
      ))}
      <label>
        {texts.egress}
        <input value={egress} onChange={({ target }) => setEgress(target.value)} autoComplete="off" />
        <span className="hint">{texts.egressHint}</span>
      </label>
      <button type="submit">{texts.apply}</button>
    </form>
  );
}

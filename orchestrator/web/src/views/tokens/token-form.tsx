import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId } from "react";
import { paths } from "../../../../../api/paths";
import { Scope } from "../../../../../api/scopes";
import { post } from "../../api/client";
import { tokenQuery } from "../../api/queries";
import type { MadeToken } from "../../api/types";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";

const { tokens: texts } = TEXTS;
const DAY_MS = 86_400_000;

/** Makes a token, and shows it once. */
export function TokenForm(): ReactNode {
  const queries = useQueryClient();
  const { data: own } = useQuery(tokenQuery);
  const make = useMutation({
    mutationFn: (form: FormData) => post<MadeToken>(paths.tokens, bodyOf(form)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    make.mutate(new FormData(form), { onSuccess: () => form.reset() });
  };
  return (
    <section aria-labelledby="make-token">
      <h2 id="make-token">{texts.make}</h2>
      <form onSubmit={submit} className="fields">
        <Field name="name" label={texts.name} required />
        <Field name="label" label={texts.label} />
        <fieldset>
          <legend>{texts.scopes}</legend>
          {Object.values(Scope)
            .filter((scope) => own?.scopes.includes(scope))
            .map((scope) => (
              <label key={scope}>
                <input type="checkbox" name="scopes" value={scope} defaultChecked={scope === Scope.Mcp} />{" "}
                {texts.scope[scope]}
              </label>
            ))}
        </fieldset>
        <Field name="servers" label={texts.servers} />
        <Field name="allow" label={texts.allow} />
        <Field name="deny" label={texts.deny} />
        <label>
          {texts.ends}{" "}
          <select name="days" defaultValue="30">
            {Object.entries(texts.days).map(([days, text]) => (
              <option key={days} value={days}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <div className="buttons">
          <button type="submit" className="primary" disabled={make.isPending}>
            {texts.make}
          </button>
        </div>
      </form>
      {make.error && <Problem error={make.error} />}
      {make.data && (
        <div role="status" className="card">
          <p>{texts.made(make.data.name)}</p>
          <code>{make.data.token}</code>{" "}
          <button type="button" onClick={() => void navigator.clipboard?.writeText(make.data.token)}>
            {TEXTS.connect.copy}
          </button>
        </div>
      )}
    </section>
  );
}

function Field({ name, label, required = false }: { name: string; label: string; required?: boolean }): ReactNode {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} required={required} autoComplete="off" />
    </div>
  );
}

/** The body of the request, without what was left empty. */
function bodyOf(form: FormData): Record<string, unknown> {
  const text = (name: string): string | undefined => String(form.get(name) ?? "").trim() || undefined;
  const items = (name: string): string[] | undefined => text(name)?.split(/[\s,]+/);
  const [allow, deny, days] = [items("allow"), items("deny"), text("days")];
  return {
    ...{ name: text("name"), label: text("label"), scopes: form.getAll("scopes"), servers: items("servers") },
    tools: allow || deny ? { allow, deny } : undefined,
    expiresAt: days && new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
  };
}

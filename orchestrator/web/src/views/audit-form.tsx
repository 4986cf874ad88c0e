import type { ReactNode } from "react";
import { AuditResult } from "../../../../api/audit-result";
import type { AuditSearch } from "../api/queries";
import { TEXTS } from "../texts";

const { activity: texts } = TEXTS;
const WORDS = { principal: texts.columns.principal, server: texts.columns.server, tool: "Tool" } as const;
const TIMES = { since: texts.since, until: texts.until } as const;

/** What to look for in the audit log. */
export function AuditForm({
  search,
  onSearch,
}: {
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
}): ReactNode {
  return (
    <form
      className="bar"
      onSubmit={(event) => {
        event.preventDefault();
        const given = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
        for (const key of Object.keys(TIMES)) if (given[key]) given[key] = new Date(given[key]).toISOString();
        onSearch(Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== "")));
      }}
    >
      {Object.entries(TIMES).map(([key, label]) => (
        <label key={key}>
          {label} <input name={key} type="datetime-local" />
        </label>
      ))}
      {Object.entries(WORDS).map(([key, label]) => (
        <label key={key}>
          {label} <input name={key} type="text" defaultValue={search[key as keyof AuditSearch] ?? ""} />
        </label>
      ))}
      <label>
        {texts.columns.result}{" "}
        <select name="result" defaultValue={search.result ?? ""}>
          <option value="">{texts.any}</option>
          {Object.values(AuditResult).map((result) => (
            <option key={result}>{result}</option>
          ))}
        </select>
      </label>
      <button type="submit" className="primary">
        {texts.search}
      </button>
    </form>
  );
}

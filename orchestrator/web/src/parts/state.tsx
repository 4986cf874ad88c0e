import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "../api/client";
import { TEXTS } from "../texts";
import { Foreign, foreign, SHOWN } from "./foreign";
import { Prose } from "./prose";

/** What an error says, with each of its problems. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }): ReactNode {
  const failure = error instanceof Failure ? error : undefined;
  const title = failure?.status === 403 ? TEXTS.noPermission : TEXTS.failed;
  return (
    <div role="alert" className="problem">
      <strong>{title}</strong>
      <p>
        <Foreign most={2_000}>{error instanceof Error ? error.message : String(error)}</Foreign>
      </p>
      {(failure?.problems ?? []).length > 0 && (
        <ul>
          {failure?.problems?.map(({ path, got, expected }) => (
            <li key={`${path} ${got}`}>{`${path}: got ${got}, expected ${expected}`}</li>
          ))}
        </ul>
      )}
      {failure && failure.logs.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <pre className="text" tabIndex={0}>
          {foreign(failure.logs.join("\n"), SHOWN)}
        </pre>
      )}
      {retry && (
        <button type="button" onClick={retry}>
          {TEXTS.retry}
        </button>
      )}
    </div>
  );
}

/** A line in place of what is not there. */
export function Empty({ children }: { children: string }): ReactNode {
  return (
    <p className="empty">
      <Prose>{children}</Prose>
    </p>
  );
}

/**
 * What was read, or why it is not there: loading, failed. What was read once stays while it cannot be read again, as
 * the line about a silent orchestrator says so.
 */
export function Loaded<Value>({
  query,
  children,
}: {
  query: UseQueryResult<Value>;
  children: (value: Value) => ReactNode;
}): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  return (
    <p className="empty" aria-busy="true">
      {TEXTS.loading}
    </p>
  );
}

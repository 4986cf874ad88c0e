import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode, useEffect, useState } from "react";
import { type AuditSearch, auditPage } from "../api/queries";
import type { AuditEntry } from "../api/types";
import { Foreign, foreignJson } from "../parts/foreign";
import { moment } from "../parts/format";
import { Empty, Problem } from "../parts/state";
import { Status } from "../parts/status";
import { Table } from "../parts/table";
import { TEXTS } from "../texts";
import { Export } from "./audit-export";
import { AuditForm } from "./audit-form";
import { CallTraces } from "./call-trace";

const { activity: texts } = TEXTS;
/** Milliseconds between looks at the newest entries, while no older ones are shown. */
const LOOK_MS = 5_000;

/** The audit log: who did what, with what result. */
export function Activity(): ReactNode {
  const [search, setSearch] = useState<AuditSearch>({});
  const query = useInfiniteQuery({
    queryKey: ["audit", search],
    queryFn: ({ pageParam, signal }) => auditPage(search, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : LOOK_MS),
  });
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  // The API reads a bounded part of the log for each page, so there may be more behind a page that has nothing.
  const isSearching = entries.length === 0 && query.hasNextPage && !query.isError;
  const { fetchNextPage, isFetching } = query;
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage();
  }, [isSearching, isFetching, fetchNextPage]);
  return (
    <>
      <h1>{texts.title}</h1>
      <AuditForm search={search} onSearch={setSearch} />
      {query.error && <Problem error={query.error} retry={() => void query.refetch()} />}
      {(query.isPending || isSearching) && <Empty>{TEXTS.loading}</Empty>}
      {query.data && entries.length === 0 && !isSearching && <Empty>{texts.empty}</Empty>}
      {entries.length > 0 && (
        <>
          <Export search={search} />
          <Entries all={entries} />
        </>
      )}
      {query.hasNextPage && !isSearching && (
        <button type="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {texts.more}
        </button>
      )}
    </>
  );
}

function Entries({ all }: { all: AuditEntry[] }): ReactNode {
  const [open, setOpen] = useState<string>();
  return (
    <Table columns={texts.columns}>
      {all.map((entry) => {
        const key = `${entry.time} ${entry.request} ${entry.method}`;
        return (
          <Fragment key={key}>
            <tr>
              <td>
                <button
                  type="button"
                  className="plain"
                  aria-expanded={open === key}
                  onClick={() => setOpen(open === key ? undefined : key)}
                >
                  {moment(entry.time)}
                </button>
              </td>
              <td>{entry.principal ?? "–"}</td>
              <td>
                {entry.server ? (
                  <Link to="/servers/$name" params={{ name: entry.server }}>
                    {entry.server}
                  </Link>
                ) : (
                  "–"
                )}
              </td>
              <td>
                <Foreign most={128}>{entry.tool ?? entry.method}</Foreign>
              </td>
              <td>
                <Status of={entry.result} />
              </td>
              <td className="number">{Math.round(entry.ms)}</td>
            </tr>
            {open === key && (
              <tr>
                <td colSpan={6}>
                  <pre className="text">{foreignJson(entry)}</pre>
                  {hasTrace(entry) && <CallTraces request={entry.request} />}
                </td>
              </tr>
            )}
          </Fragment>
        );
      })}
    </Table>
  );
}

/** True for what the API keeps a trace of: MCP requests, and tools called by REST. */
function hasTrace({ kind, tool, server }: AuditEntry): boolean {
  return kind === "mcp" || (kind === "rest" && tool !== undefined && server !== undefined);
}

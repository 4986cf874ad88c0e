import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { paths } from "../../../../../api/paths";
import { post } from "../../api/client";
import { tokenQuery, toolsQuery } from "../../api/queries";
import type { ServerDetail, TokenInfo, Tool } from "../../api/types";
import { Foreign, foreignJson } from "../../parts/foreign";
import { Empty, Loaded, Problem } from "../../parts/state";
import { Status } from "../../parts/status";
import { TEXTS } from "../../texts";
import { ToolChange } from "./tool-change";
import { TryTool } from "./try-tool";

const { tools: texts } = TEXTS;

/** A server's tools: definitions, approval, a place to try each. */
export function Tools({ server }: { server: ServerDetail }): ReactNode {
  const { name } = server;
  const queries = useQueryClient();
  const { data: token } = useQuery(tokenQuery);
  const query = useQuery(toolsQuery(name));
  const approve = useMutation({
    mutationFn: () => post(`${paths.tools(name)}/approve`),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tools", name] }),
  });
  return (
    <Loaded query={query}>
      {(all) => (
        <>
          {all.length === 0 && <Empty>{texts.empty}</Empty>}
          {all.some(({ approval }) => approval !== "approved") && token?.scopes.includes("admin") && (
            <button type="button" disabled={approve.isPending} onClick={() => approve.mutate()}>
              {texts.approve}
            </button>
          )}
          {approve.error && <Problem error={approve.error} />}
          {all.map((tool) => (
            <ToolCard key={tool.name} server={name} tool={tool} scopes={token?.scopes ?? []} />
          ))}
        </>
      )}
    </Loaded>
  );
}

function ToolCard({ server, tool, scopes }: { server: string; tool: Tool; scopes: TokenInfo["scopes"] }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { description } = tool.definition;
  return (
    <details className="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>
          <Foreign most={128}>{tool.name}</Foreign>
        </code>{" "}
        <Status of={tool.approval} text={texts.approval[tool.approval]} />
        {!tool.visible && <Status of="hidden" text={texts.hidden} />}
        {typeof description === "string" && (
          <div className="hint">
            <Foreign>{description}</Foreign>
          </div>
        )}
      </summary>
      {isOpen && (
        <>
          {tool.problem && (
            <p className="reason">
              <Foreign>{tool.problem}</Foreign>
            </p>
          )}
          {tool.approval !== "approved" && (
            <ToolChange server={server} tool={tool} mayApprove={scopes.includes("admin")} />
          )}
          {scopes.includes("mcp") && tool.visible && <TryTool server={server} tool={tool} />}
          <h2>{texts.definition}</h2>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre className="text" tabIndex={0}>
            {foreignJson(tool.definition)}
          </pre>
        </>
      )}
    </details>
  );
}

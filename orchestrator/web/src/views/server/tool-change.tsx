import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { paths } from "../../../../../api/paths";
import { post } from "../../api/client";
import type { Tool } from "../../api/types";
import { DefinitionDiff } from "../../parts/definition-diff";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";

const { tools: texts } = TEXTS;

/** A definition that is not approved: beside the approved one, and a button that approves what is seen here. */
export function ToolChange({
  server,
  tool,
  mayApprove,
}: {
  server: string;
  tool: Tool;
  mayApprove: boolean;
}): ReactNode {
  const { name, digest, approval, approvedDefinition, definition } = tool;
  const queries = useQueryClient();
  const approve = useMutation({
    // By its digest: what has changed since it was shown is not approved.
    mutationFn: () => post(`${paths.tools(server)}/approve`, { tools: { [name]: digest } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tools", server] }),
  });
  return (
    <>
      {approval === "changed" && (
        <>
          <h2>{texts.difference}</h2>
          {approvedDefinition ? (
            <DefinitionDiff before={approvedDefinition} after={definition} />
          ) : (
            <p className="hint">{texts.notKept}</p>
          )}
        </>
      )}
      {approve.error && <Problem error={approve.error} />}
      {mayApprove && (
        <button type="button" disabled={approve.isPending} onClick={() => approve.mutate()}>
          {texts.approveOne}
        </button>
      )}
    </>
  );
}

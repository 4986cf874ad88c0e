import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { paths } from "../../../../../api/paths";
import { post } from "../../api/client";
import { tokenQuery } from "../../api/queries";
import type { ServerDetail } from "../../api/types";
import { Confirm } from "../../parts/confirm";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";

const { server: texts } = TEXTS;
type Action = "start" | "stop" | "restart";

/** Starts, stops and restarts a server. What ends sessions is asked first. */
export function Actions({ server }: { server: ServerDetail }): ReactNode {
  const { name, status, sessions } = server;
  const queries = useQueryClient();
  const { data: token } = useQuery(tokenQuery);
  const [asked, setAsked] = useState<Action>();
  const act = useMutation({
    mutationFn: (action: Action) => post(paths.action(name, action)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["servers"] }),
  });
  if (!token?.scopes.includes("admin")) return undefined;
  const possible: Action[] = status === "stopped" ? ["start"] : ["restart", "stop"];
  return (
    <div className="buttons">
      {possible.map((action) => (
        <button
          key={action}
          type="button"
          disabled={act.isPending}
          onClick={() => (action === "start" ? act.mutate(action) : setAsked(action))}
        >
          {texts[action]}
        </button>
      ))}
      {act.error && <Problem error={act.error} />}
      {asked && (
        <Confirm
          title={texts.ask(texts[asked], name)}
          text={texts.endsSessions(sessions)}
          action={texts[asked]}
          onAnswer={(isYes) => {
            setAsked(undefined);
            if (isYes) act.mutate(asked);
          }}
        />
      )}
    </div>
  );
}

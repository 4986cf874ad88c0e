import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type AuditSearch, auditFile } from "../api/queries";
import { download } from "../parts/download";
import { Problem } from "../parts/state";
import { TEXTS } from "../texts";

const { activity: texts } = TEXTS;

/** Buttons that give all that a search finds as a file, however much of it is shown. */
export function Export({ search }: { search: AuditSearch }): ReactNode {
  const file = useMutation({
    mutationFn: async (format: "jsonl" | "csv") => download(`audit.${format}`, await auditFile(search, format)),
  });
  return (
    <>
      <div className="buttons">
        {(["jsonl", "csv"] as const).map((format) => (
          <button key={format} type="button" disabled={file.isPending} onClick={() => file.mutate(format)}>
            {file.isPending && file.variables === format ? texts.exporting : `${texts.export} ${format.toUpperCase()}`}
          </button>
        ))}
      </div>
      {file.error && <Problem error={file.error} />}
    </>
  );
}

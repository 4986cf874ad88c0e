import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from "react";
import { logFile } from "../../api/queries";
import { download } from "../../parts/download";
import { foreign } from "../../parts/foreign";
import { Empty, Problem } from "../../parts/state";
import { TEXTS } from "../../texts";
import { useLines } from "./log-lines";

const { logs: texts } = TEXTS;
/** Characters of one line that are shown; a download has all that is kept. */
const SHOWN = 2_000;

/** The log, as it grows. */
export function Logs({ name }: { name: string }): ReactNode {
  const lines = useLines(name);
  const file = useMutation({ mutationFn: async () => download(`${name}.log`, await logFile(name)) });
  const [filter, setFilter] = useState("");
  const [isFollowing, setFollowing] = useState(true);
  const wanted = useDeferredValue(filter.toLowerCase());
  const shown = lines.filter(({ line }) => line.toLowerCase().includes(wanted));
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (isFollowing && shown.length > 0) box.current?.scrollTo(0, box.current.scrollHeight);
  });
  return (
    <>
      <div className="bar">
        <label>
          <input type="checkbox" checked={isFollowing} onChange={(event) => setFollowing(event.target.checked)} />{" "}
          {texts.follow}
        </label>
        <input
          type="search"
          aria-label={texts.filter}
          placeholder={texts.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <span>{`${shown.length} ${texts.lines}`}</span>
        <button type="button" disabled={file.isPending} onClick={() => file.mutate()}>
          {file.isPending ? texts.downloading : texts.download}
        </button>
      </div>
      {file.error && <Problem error={file.error} />}
      {lines.length === 0 ? (
        <Empty>{texts.empty}</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <pre className="text log" ref={box} tabIndex={0}>
          {shown.map(({ time, line }) => `${time.slice(11, 19)}  ${foreign(line, SHOWN)}\n`).join("")}
        </pre>
      )}
    </>
  );
}

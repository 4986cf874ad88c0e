import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from "react";
import { paths } from "../../../../../api/paths";
import { follow } from "../../api/streams";
import type { LogLine } from "../../api/types";
import { download } from "../../parts/download";
import { foreign } from "../../parts/foreign";
import { Empty } from "../../parts/state";
import { TEXTS } from "../../texts";

const { logs: texts } = TEXTS;
/** Lines that stay on the page; older ones go. */
const KEEP = 2_000;
/** Characters of one line that are shown; a download has all that is kept. */
const SHOWN = 2_000;
/** Milliseconds between two looks at what came: a flood of lines is drawn a few times a second. */
const DRAW_MS = 250;

/** The log, as it grows. */
export function Logs({ name }: { name: string }): ReactNode {
  const lines = useLines(name);
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
        <button
          type="button"
          onClick={() => download(`${name}.log`, lines.map(({ time, line }) => `${time} ${line}\n`).join(""))}
        >
          {texts.download}
        </button>
      </div>
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

/** The latest lines, drawn a few times a second however many come. */
function useLines(name: string): LogLine[] {
  const [lines, setLines] = useState<LogLine[]>([]);
  useEffect(() => {
    let waiting: LogLine[] = [];
    const draw = setInterval(() => {
      if (waiting.length === 0) return;
      const came = waiting;
      waiting = [];
      setLines((old) => [...old, ...came].slice(-KEEP));
    }, DRAW_MS);
    const end = follow(
      `${paths.logs(name)}?follow=true&tail=200`,
      ({ data }) => {
        waiting.push(JSON.parse(data) as LogLine);
        if (waiting.length > KEEP) waiting = waiting.slice(-KEEP);
      },
      (isOpen) => {
        // Each opening begins with the latest lines again.
        if (isOpen) setLines([]);
      },
    );
    return () => {
      clearInterval(draw);
      end();
    };
  }, [name]);
  return lines;
}

import { useEffect, useState } from "react";
import { paths } from "../../../../../api/paths";
import { follow } from "../../api/streams";
import type { LogLine } from "../../api/types";

/** Lines that stay on the page; older ones go. */
const KEEP = 2_000;
/** Latest lines to begin with. */
const FIRST = 200;
/** Milliseconds between two looks at what came: a flood of lines is drawn a few times a second. */
const DRAW_MS = 250;

/**
 * The latest lines, drawn a few times a second however many come. While the orchestrator does not answer they stay; when it
 * does again, it tells the latest once more: those that are there already are left out, the others go where they belong.
 */
export function useLines(name: string): LogLine[] {
  const [lines, setLines] = useState<LogLine[]>([]);
  useEffect(() => {
    let all: LogLine[] = [];
    let waiting: LogLine[] = [];
    let wasOpen = false;
    /** Lines that were there when the stream was opened again; with their time in nanoseconds each is another one. */
    let known = new Set<string>();
    setLines(all);
    const draw = setInterval(() => {
      if (waiting.length === 0) return;
      all = [...all, ...waiting].sort(byTime).slice(-KEEP);
      waiting = [];
      setLines(all);
    }, DRAW_MS);
    const end = follow(
      () => `${paths.logs(name)}?follow=true&tail=${wasOpen ? KEEP : FIRST}`,
      ({ data }) => {
        if (known.delete(data)) return;
        waiting.push(JSON.parse(data) as LogLine);
        if (waiting.length > KEEP) waiting = waiting.slice(-KEEP);
      },
      (isOpen) => {
        if (isOpen && wasOpen) known = new Set([...all, ...waiting].map((line) => JSON.stringify(line)));
        wasOpen ||= isOpen;
      },
    );
    return () => {
      clearInterval(draw);
      end();
    };
  }, [name]);
  return lines;
}

/** Docker writes all times equally long. */
function byTime(one: LogLine, other: LogLine): number {
  return one.time < other.time ? -1 : Number(one.time > other.time);
}

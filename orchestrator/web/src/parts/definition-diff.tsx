import { diffLines } from "diff";
import type { ReactNode } from "react";
import { isMapping } from "../../../../lib/mapping";
import { TEXTS } from "../texts";
import { SHOWN } from "./foreign";

const { tools: texts } = TEXTS;

/** Milliseconds that a comparison may take; what takes longer is shown as a whole, side by side. */
const COMPARE_MS = 500;
/** Characters that draw nothing, or turn or hide what is around them. */
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A run of lines on one side. */
export interface Part {
  text: string;
  /** Only this side has it. */
  isOwn: boolean;
}

/** Lines of two documents, compared: keys in the same order, hidden characters written out, so that no change is unseen. */
export function compared(before: unknown, after: unknown): { before: Part[]; after: Part[] } {
  const [old, now] = [written(before), written(after)];
  const changes = diffLines(old, now, { timeout: COMPARE_MS });
  if (!changes) return { before: [{ text: old, isOwn: true }], after: [{ text: now, isOwn: true }] };
  return {
    before: changes.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, isOwn: removed })),
    after: changes.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, isOwn: added })),
  };
}

/** The approved definition beside the current one. */
export function DefinitionDiff({ before, after }: { before: unknown; after: unknown }): ReactNode {
  const sides = compared(before, after);
  return (
    <div className="diff">
      <Side title={texts.before} parts={sides.before} mark="del" />
      <Side title={texts.after} parts={sides.after} mark="ins" />
    </div>
  );
}

function Side({ title, parts, mark: Mark }: { title: string; parts: Part[]; mark: "del" | "ins" }): ReactNode {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre className="text" tabIndex={0}>
        {parts.map(({ text, isOwn }, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts are made anew together
          isOwn ? <Mark key={index}>{text}</Mark> : text,
        )}
      </pre>
    </section>
  );
}

function written(value: unknown): string {
  const text = (JSON.stringify(value, sorted, 2) ?? "").replace(HIDDEN, escaped);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}\n${texts.cut(text.length)}` : text;
}

const sorted = (_: string, item: unknown): unknown =>
  isMapping(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item;

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;

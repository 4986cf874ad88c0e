/** What one look at a proxy showed. */
export interface Finding {
  /** What was looked at, in a word or two. */
  about: string;
  /** `advice`: it works, and could be better. */
  result: "ok" | "wrong" | "advice";
  /** What came. */
  detail: string;
  /** What to change. */
  fix?: string;
}

export const ok = (about: string, detail: string): Finding => ({ about, result: "ok", detail });
export const wrong = (about: string, detail: string, fix: string): Finding => ({ about, result: "wrong", detail, fix });
export const advice = (about: string, detail: string, fix: string): Finding => ({
  about,
  result: "advice",
  detail,
  fix,
});

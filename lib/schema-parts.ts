import { z } from "zod";
import { DURATION, goDuration, parseDuration } from "./durations";

// The fields' building blocks. Every message is the "expected" half of a problem: "got X, expected <message>".

/**
 * No control character, no other line end, and none that turns the direction of the text around it. Written out: not every
 * reader of a JSON Schema knows \P{Cc}.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
const NO_CONTROLS = /^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]*$/;

/** Text on one line, of 1 to `max` characters. */
export function line(max: number, what = `text of 1 to ${max} characters on one line`): z.ZodString {
  return z.string(what).min(1, what).max(max, what).regex(NO_CONTROLS, what);
}

/** Text of a given form. */
export function pattern(regex: RegExp, what: string): z.ZodString {
  return z.string(what).regex(regex, what);
}

/** A whole number between two bounds. */
export function whole(min: number, max: number): z.ZodInt {
  const what = `a whole number from ${min} to ${max}`;
  return z.int(what).min(min, what).max(max, what);
}

/** A duration between two bounds, given in milliseconds. */
export function duration(min: number, max: number): z.ZodString {
  const what = `a duration from ${goDuration(min)} to ${goDuration(max)}, like 500ms, 30s, 5m, 1h`;
  const within = (text: string): boolean => {
    const value = parseDuration(text);
    return value === undefined || (value >= min && value <= max);
  };
  return z.string(what).regex(DURATION, what).refine(within, what);
}

/** A value that is there to be filled in when absent: a section whose every field has a default. */
export function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodPrefault<z.ZodObject<Shape, z.core.$strict>> {
  return z.strictObject(shape, "a mapping").prefault({} as never);
}

import assert from "node:assert/strict";
import { keepOf } from "../../../../cli/backup/retention/keep";
import { kept } from "../../../../cli/backup/retention/kept";
import { nameAt, timeIn } from "../../../../cli/backup/retention/names";
import { ExitCode } from "../../../../cli/errors";

const HOUR = 3_600_000;
const NONE = { days: 0, weeks: 0, months: 0 };
/** Those that stay, newest first, as RFC 3339 without what is always zero. */
const staying = (times: number[], keep: string): string[] =>
  [...kept(times, keepOf(keep))].sort((a, b) => b - a).map((time) => new Date(time).toISOString().slice(0, 16));
const at = (...times: string[]): number[] => times.map((time) => Date.parse(time));
/** Every day at an hour of the wall clock, for so many days. */
const daily = (year: number, month: number, day: number, count: number, hour = 3): number[] =>
  Array.from({ length: count }, (_, index) => new Date(year, month - 1, day + index, hour, 30).getTime());

describe("backup --keep", () => {
  it("reads days, weeks and months, in any order, any of them left out", () => {
    assert.deepEqual(keepOf("7d,4w,6m"), { days: 7, weeks: 4, months: 6 });
    assert.deepEqual(keepOf("12m, 1d"), { ...NONE, days: 1, months: 12 });
    assert.deepEqual(keepOf("30d"), { ...NONE, days: 30 });
  });

  it("tells everything that is wrong, and what is expected", () => {
    const expected = "expected a number from 1 to 9999 and d, w or m";
    for (const wrong of ["", "7", "d", "0d", "-1d", "1.5d", "7y", "7d,", "10000d", "07d"])
      assert.throws(() => keepOf(wrong), {
        code: ExitCode.Usage,
        message: new RegExp(`^--keep: got ".*", ${expected}$`),
      });
    assert.throws(() => keepOf("7x,4w,2w"), {
      message: `--keep: got "7x", ${expected}; got weeks twice, expected them once`,
    });
  });
});

describe("which backups stay", () => {
  const zone = process.env.TZ;
  const inZone = (name: string): void => {
    process.env.TZ = name;
  };
  beforeEach(() => inZone("UTC"));
  after(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it("the newest of each of the last days, weeks from Monday on, and months", () => {
    // 2026-12-01 is a Tuesday; a year of nights lies before it.
    const times = daily(2025, 12, 2, 365);
    assert.deepEqual(staying(times, "3d,3w,3m"), [
      ...["2026-12-01T03:30", "2026-11-30T03:30", "2026-11-29T03:30"],
      "2026-11-22T03:30", // the Sunday before: the 29th is the last of its week, today the last of this
      "2026-10-31T03:30",
    ]);
    assert.equal(kept(times, keepOf("400d")).size, 365);
  });

  it("one a day when there are several: the last one; the order they are given in does not matter", () => {
    const times = at("2026-12-01T09:00Z", "2026-12-01T23:59Z", "2026-11-30T00:00Z", "2026-12-01T00:00Z");
    assert.deepEqual(staying(times, "2d"), ["2026-12-01T23:59", "2026-11-30T00:00"]);
    assert.deepEqual(staying([...times, ...times], "1w"), ["2026-12-01T23:59"]);
  });

  it("across gaps: a day without a backup is not counted", () => {
    const times = at("2026-12-01T03:30Z", "2026-11-20T03:30Z", "2026-06-01T03:30Z", "2024-02-29T03:30Z");
    assert.deepEqual(staying(times, "3d"), ["2026-12-01T03:30", "2026-11-20T03:30", "2026-06-01T03:30"]);
    assert.deepEqual(staying(times, "3m"), ["2026-12-01T03:30", "2026-11-20T03:30", "2026-06-01T03:30"]);
  });

  it("weeks and months go on across a year's end", () => {
    // 2027-01-01 is a Friday, in the week of Monday 2026-12-28.
    const times = at("2027-01-01T03:30Z", "2026-12-28T03:30Z", "2026-12-27T03:30Z");
    assert.deepEqual(staying(times, "2w"), ["2027-01-01T03:30", "2026-12-27T03:30"]);
    assert.deepEqual(staying(times, "2m"), ["2027-01-01T03:30", "2026-12-28T03:30"]);
  });

  it("the newest always, and nothing is made of nothing", () => {
    const times = at("2026-12-01T03:30Z", "2026-11-30T03:30Z");
    assert.deepEqual([...kept(times, NONE)], times.slice(0, 1));
    assert.deepEqual([...kept([], keepOf("7d"))], []);
  });

  it("one for each night of the wall clock when the clocks are put forward and back", () => {
    for (const [name, month, day] of [
      ["Europe/Berlin", 3, 29],
      ["Europe/Berlin", 10, 25],
      ["America/New_York", 3, 8],
      ["America/New_York", 11, 1],
      ["Pacific/Auckland", 4, 5],
    ] as const) {
      inZone(name);
      for (const hour of [0, 1, 3, 23]) {
        const nights = daily(2026, month, day - 3, 7, hour);
        assert.equal(kept(nights, keepOf("7d")).size, 7, `${name} ${month} at ${hour}`);
      }
    }
    inZone("Europe/Berlin");
    // The hour that there is twice: one day, although an hour apart; and midnight of the wall clock parts the days.
    const twice = at("2026-10-25T00:30Z", "2026-10-25T01:30Z");
    assert.deepEqual(staying(twice, "2d"), ["2026-10-25T01:30"]);
    assert.equal(kept([twice[0] ?? 0, (twice[0] ?? 0) - 3 * HOUR], keepOf("2d")).size, 2);
  });
});

describe("a backup's name in a folder", () => {
  it("has the stack and the time in UTC, and gives the time back", () => {
    const time = new Date("2026-12-01T03:30:07.900Z");
    assert.equal(nameAt("dev", time), "dev-20261201T033007Z.backup");
    assert.equal(timeIn("dev-20261201T033007Z.backup", "dev"), Date.parse("2026-12-01T03:30:07Z"));
    assert.equal(timeIn(nameAt("a.b-2", time), "a.b-2"), Date.parse("2026-12-01T03:30:07Z"));
  });

  it("is no other name, however near", () => {
    for (const name of [
      "dev-2-20261201T033007Z.backup", // stack dev-2
      "dev20261201T033007Z.backup",
      "Dev-20261201T033007Z.backup",
      "dev-20261201T033007Z.backup.partial",
      "dev-20261201T033007Z.backup~",
      "dev-20260231T033007Z.backup",
      "dev-20261201T250000Z.backup",
      "dev-20261201T033007.backup",
      "dev-.backup",
      "fleet.backup",
      "",
    ])
      assert.equal(timeIn(name, "dev"), undefined, name);
    assert.equal(timeIn("dev-2-20261201T033007Z.backup", "dev-2"), Date.parse("2026-12-01T03:30:07Z"));
  });
});

import { earlierThan } from "../../../../lib/content/retention";

const digest = (n: number) => `sha256:${`${n}`.repeat(64)}` as const;
const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const was = (n: number, until: number) => ({ manifest: digest(n), until: day(until).toISOString() });
const before = { manifest: digest(4), earlier: [was(3, 20), was(2, 10), was(1, 2)] };

test("so many states stay, newest first, each with the day it was left", () => {
  expect(earlierThan(digest(5), before, 2, day(31))).toEqual([was(4, 31), was(3, 20)]);
  expect(earlierThan(digest(5), before, 0, day(31))).toEqual([]);
  expect(earlierThan(digest(5), before, undefined, day(31))).toHaveLength(3);
});

test("those stay that were left no longer ago than so many days, however many they are", () => {
  expect(earlierThan(digest(5), before, { days: 11 }, day(31))).toEqual([was(4, 31), was(3, 20)]);
  expect(earlierThan(digest(5), before, { days: 365 }, day(31))).toHaveLength(4);
});

test("a state that comes back is no earlier one, and one that stays ends no other", () => {
  expect(earlierThan(digest(2), before, 9, day(31))).toEqual([was(4, 31), was(3, 20), was(1, 2)]);
  expect(earlierThan(digest(4), before, 9, day(31))).toEqual(before.earlier);
  expect(earlierThan(digest(1), undefined)).toEqual([]);
});

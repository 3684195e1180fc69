import { formatBytes, formatProgress, progressLines } from "../../../lib/progress";

test.each([
  [{ done: 12, total: 40, unit: "items", bytes: 15_500_000 }, 5000, "12/40 items, 3.1 MB/s, ETA 12 s"],
  [{ done: 12, total: 40, unit: "items" }, 6000, "12/40 items, 2.0 items/s, ETA 14 s"],
  [{ done: 5_000_000, total: 1_000_000_000, unit: "bytes" }, 1000, "5.0 MB/1.0 GB, 5.0 MB/s, ETA 4 min"],
  [{ done: 700, unit: "bytes" }, 1000, "700 B, 700 B/s"],
  [{ done: 0, total: 3, unit: "items" }, 0, "0/3 items, 0.0 items/s"],
  [{ step: "packing" }, 5000, "packing"],
  [{ step: "unpacking", done: 4, unit: "items" }, 2000, "unpacking: 4 items, 2.0 items/s"],
] as const)("%j after %i ms", (progress, elapsed, line) => expect(formatProgress(progress, elapsed)).toBe(line));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [2.5e15, "2500.0 TB"],
])("%i bytes", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test("lines come after two seconds, then once a second", () => {
  let time = 0;
  const lines: string[] = [];
  const report = progressLines(
    (line) => lines.push(line),
    () => time,
  );
  for (time = 0; time <= 4000; time += 100) report({ done: time, total: 4000, unit: "items" });
  expect(lines.map((line) => line.split("/")[0])).toEqual(["2000", "3000", "4000"]);
});

test("a new step is told at once, and its rate counts from its beginning", () => {
  let time = 0;
  const lines: string[] = [];
  const report = progressLines(
    (line) => lines.push(line),
    () => time,
  );
  report({ step: "fetching" });
  for (time = 100; time <= 1500; time += 100) report({ step: "unpacking", done: time - 100, unit: "items" });
  expect(lines).toEqual(["fetching", "unpacking: 0 items, 0.0 items/s", "unpacking: 1000 items, 1000.0 items/s"]);
});

/** How much of long work is done. */
export interface Amount {
  done: number;
  /** Left out where it is not known beforehand. */
  total?: number;
  unit: "bytes" | "items";
  /** For items: what was moved so far, which tells more about speed than their number. */
  bytes?: number;
}

/** Told while long work runs: the step it is at, how much is done, or both. */
export type Progress = { step: string } | (Amount & { step?: string });

export type Report = (progress: Progress) => void;

/** `copying: 12/40 items, 3.1 MB/s, ETA 12 s`. */
export function formatProgress(progress: Progress, elapsedMilliseconds: number): string {
  if (!("done" in progress)) return progress.step;
  const amount = formatAmount(progress, elapsedMilliseconds);
  return progress.step === undefined ? amount : `${progress.step}: ${amount}`;
}

function formatAmount({ done, total, unit, bytes }: Amount, elapsedMilliseconds: number): string {
  const seconds = Math.max(elapsedMilliseconds, 1) / 1000;
  const amount = (value: number) => (unit === "bytes" ? formatBytes(value) : String(value));
  const count = `${amount(done)}${total === undefined ? "" : `/${amount(total)}`}${unit === "items" ? " items" : ""}`;
  const moved = unit === "bytes" ? done : bytes;
  const rate = moved === undefined ? `${(done / seconds).toFixed(1)} items/s` : `${formatBytes(moved / seconds)}/s`;
  if (total === undefined || done <= 0) return `${count}, ${rate}`;
  return `${count}, ${rate}, ETA ${formatSeconds(((total - done) * seconds) / done)}`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power ? 1 : 0)} ${units[power]}`;
}

export function formatSeconds(seconds: number): string {
  const whole = Math.max(Math.ceil(seconds), 0);
  if (whole < 120) return `${whole} s`;
  return whole < 7200 ? `${Math.ceil(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}

/**
 * Tells of progress after two seconds of work, then once a second: what is quick needs no line. A new step is told at
 * once, for it may be the long one.
 */
export function progressLines(emit: (line: string) => void, now: () => number = Date.now): Report {
  let start = now();
  let next = start + 2000;
  let step: string | undefined;
  return (progress) => {
    const time = now();
    if (progress.step === step && time < next) return;
    if (progress.step !== step) start = time;
    step = progress.step;
    next = time + 1000;
    emit(formatProgress(progress, time - start));
  };
}

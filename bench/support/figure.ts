/** One measured claim: ours against a peer of the same run, or against a bound where there is no peer. */
export interface Figure {
  name: string;
  ours: number;
  peer?: number;
  unit: "ms" | "B" | "MB" | "requests";
  /** The most that ours / peer (or ours alone, without a peer) may be; none where the figure only informs. */
  goal?: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = low] = sorted.length % 2 ? [sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}

const COLUMNS = [52, 11, 11, 7, 9, 6];
const row = (cells: readonly string[]): string =>
  cells.map((cell, index) => (index ? cell.padStart(COLUMNS[index] ?? 0) : cell.padEnd(COLUMNS[0] ?? 0))).join(" ");

/** The head of a bench: how to run it again, and what the columns are. */
export function heading(command: string): void {
  console.log(`$ ${command}`);
  console.log(row(["name", "ours", "peer", "ratio", "goal", ""]));
}

/** Prints a figure as one line: name, ours, peer, ratio, goal, met or short. */
export function print({ name, ours, peer, unit, goal }: Figure): void {
  const amount = (value: number) => `${Math.round(value)} ${unit}`;
  const ratio = peer === undefined ? undefined : ours / peer;
  const judged = ratio ?? ours;
  const bound = goal === undefined ? "-" : `<= ${ratio === undefined ? amount(goal) : goal}`;
  const verdict = goal === undefined ? "" : judged <= goal ? "met" : "short";
  console.log(
    row([name, amount(ours), peer === undefined ? "-" : amount(peer), ratio?.toFixed(2) ?? "-", bound, verdict]),
  );
}

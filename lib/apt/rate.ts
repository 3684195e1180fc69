/** Less tells how far away an archive is, and not how fast its bytes come. */
const ENOUGH = 10e6;

/** Bytes a second of this transfer; `before`, where it was too small to tell. */
export function rateOf(bytes: number, milliseconds: number, before: number | undefined): number | undefined {
  return bytes < ENOUGH ? before : Math.round((bytes * 1000) / Math.max(milliseconds, 1));
}

/** Told while a long step runs; who shows it works out rate and time to go. */
export interface Progress {
  /** What is being made, e.g. "lab host image". */
  what: string;
  /** What is being done to it, e.g. "installing packages". */
  step: string;
  done?: number;
  total?: number;
}

export type OnProgress = (progress: Progress) => void;

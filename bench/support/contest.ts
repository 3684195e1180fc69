import { median } from "./figure";
import type { Project, Taken, Verb } from "./project";

/** Projects that run the same commands in turn, so that a busy machine hurts all of them. */
export class Contest<K extends string> {
  private readonly taken = new Map<string, Taken[]>();
  private turn = 0;

  constructor(readonly projects: Readonly<Record<K, Project>>) {}

  run(verb: Verb): void {
    const names = Object.keys(this.projects) as K[];
    // The order turns round each time: who comes second finds warmer caches.
    for (const name of this.turn++ % 2 ? names.toReversed() : names) {
      const key = `${name} ${verb}`;
      this.taken.set(key, [...(this.taken.get(key) ?? []), this.projects[name].run(verb)]);
    }
  }

  /** The median of all runs so far, in milliseconds. */
  time(name: K, verb: Verb, clock: keyof Taken = "wall"): number {
    return median((this.taken.get(`${name} ${verb}`) ?? []).map((taken) => taken[clock]));
  }

  /** Forgets what was measured: first runs fill caches. */
  forget(): void {
    this.taken.clear();
  }

  remove(): void {
    for (const project of Object.values<Project>(this.projects)) project.remove();
  }
}

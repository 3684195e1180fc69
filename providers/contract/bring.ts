import type { Ledger, Mark } from "../../lib/host/ledger";
import type { AnyDefinition, Context, Observed } from "../resource";
import { assertFree, assertFreeToTake, assertHeld, type Holder, isHeldBy, ownerOf, underMark } from "./ownership";

type Values = Record<string, unknown>;

/** Everything one call needs to know of its object. */
export interface Call extends Holder {
  kind: AnyDefinition;
  args: Values;
  id: string;
  context: Context;
}

/** The object and its mark as they stand. */
interface Look {
  ledger: Ledger;
  mark: Mark | undefined;
  observed: Observed<Values, Values> | undefined;
}

export async function lookAt({ kind, args, context }: Call): Promise<Look> {
  const ledger = await kind.ledger(args, context);
  const [mark, observed] = await Promise.all([ledger.get(kind.kind, kind.identity(args)), kind.observe(args, context)]);
  return { ledger, mark, observed };
}

/** By what right an object is brought to its arguments; `onMark` is told before anything is written. */
export interface Title {
  /** The state has it: this resource made it, or took it over. */
  holds: boolean;
  adopt: boolean;
  onMark(): void;
}

/** observe -> apply, under the mark; returns what was computed. */
export async function bring(call: Call, { holds, adopt, onMark }: Title): Promise<Values> {
  const { kind, args, context, claim, urn } = call;
  const { ledger, ...found } = await lookAt(call);
  let { mark, observed } = found;
  if (holds && mark) assertHeld(mark, call);
  else assertFreeToTake(mark, urn, observed !== undefined && !kind.shared, adopt);
  assertFree(mark);
  if (mark?.state === "removing") {
    // What stood there before us may be back already, and its copy gone: the removal ends first.
    await takeAway(ledger, mark, call);
    [mark, observed] = [undefined, await kind.observe(args, context)];
  }
  const before = mark ? mark.before : await whatStood(call, observed);
  const next = { ...ownerOf(urn), kind: kind.kind, identity: kind.identity(args), urn, claim, before };
  onMark();
  return underMark(ledger, next, async (keep) => {
    context.signal.throwIfAborted();
    return kind.apply(args, observed, context, { before, keep });
  });
}

async function whatStood({ kind, args, context }: Call, observed: Look["observed"]): Promise<unknown> {
  if (!observed) return null;
  return kind.remember ? kind.remember(args, observed, context) : observed.args;
}

/** Takes the object away, or puts back what stood there; nothing where the resource holds it no more. */
export async function release(call: Call): Promise<void> {
  const { kind, args, context } = call;
  const ledger = await kind.ledger(args, context);
  const mark = await ledger.get(kind.kind, kind.identity(args));
  if (!mark || !isHeldBy(mark, call)) return;
  assertFree(mark);
  await takeAway(ledger, mark, call);
}

function takeAway(ledger: Ledger, mark: Mark, { kind, args, context }: Call): Promise<void> {
  return underMark(ledger, mark, () => kind.remove(args, mark.before, context), "removing");
}

/** A bench starts itself again for what has to be a process of its own; without such an order, it is the bench. */
export function runs(parts: Record<string, (order: never) => Promise<void>>, main: () => Promise<void>): void {
  const [part, order] = process.argv.slice(2);
  void (part === undefined ? main() : parts[part]?.(JSON.parse(order as string) as never));
}

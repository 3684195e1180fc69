import { setFlagsFromString } from "node:v8";

/**
 * Work over tens of thousands of files keeps little and throws much away. V8 would let that pile up to four times what is
 * kept before it looks; this way it looks at one and a half times, and at the same share of young objects.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString("--semi-space-growth-factor=1");
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Input files of real sites, kept beside this repository; a checkout that stands alone has none. */
const DOCUMENTS = join(__dirname, "../../../shared/fixtures");

/** A test over one of them, skipped and named as such where it is not there. */
export function onDocument(path: string, what: string, run: (text: string) => void): void {
  const file = join(DOCUMENTS, path);
  const its = existsSync(file) ? test : test.skip;
  its(what, () => run(readFileSync(file, "utf8")));
}

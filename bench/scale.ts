// Up, preview, refresh and destroy of many files on this machine. A thousand take some ten minutes.
import { compare, rounds, sizes } from "./support/compare";
import { inDirectory } from "./support/directory";
import { heading } from "./support/figure";

heading("make bench ONLY=scale");
void inDirectory(async (directory) => {
  for (const size of sizes([300, 1000])) compare("files here", size, rounds(size > 300 ? 1 : 3), directory);
});

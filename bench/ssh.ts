// The same over SSH: a real sshd on the loopback interface.
import { startSshd } from "../tests/support/sshd";
import { compare, rounds, sizes } from "./support/compare";
import { inDirectory } from "./support/directory";
import { heading } from "./support/figure";

heading("make bench ONLY=ssh");
void inDirectory(async (directory) => {
  const sshd = await startSshd();
  try {
    for (const size of sizes([300])) compare("files over SSH", size, rounds(2), directory, sshd.connection());
  } finally {
    await sshd.stop();
  }
});

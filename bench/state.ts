// Bytes of state a resource: a file here, the same over SSH (its connection carries keys), and the bare stub.
import { startSshd } from "../tests/support/sshd";
import { inDirectory } from "./support/directory";
import { heading, print } from "./support/figure";
import { files, ours, type Project, stub } from "./support/project";

const COUNT = 10;

interface Resource {
  custom?: boolean;
  inputs?: { __provider?: string };
}

/** Bytes of one resource, of those that carry a provider text; and of that text. */
function measure(project: Project): { bytes: number; text: number } {
  try {
    project.run("up");
    const all = project.checkpoint().resources as Resource[];
    const own = all.filter(({ inputs }) => inputs?.__provider);
    if (own.length !== COUNT) throw new Error(`${own.length} resources in the state, not ${COUNT}`);
    const [first] = own;
    return { bytes: JSON.stringify(own).length / COUNT, text: first?.inputs?.__provider?.length ?? 0 };
  } finally {
    project.remove();
  }
}

heading("make bench ONLY=state");
void inDirectory(async (directory) => {
  const sshd = await startSshd();
  try {
    const peer = measure(stub("bare", COUNT));
    const here = measure(ours(files(COUNT, directory)));
    const remote = measure(ours(files(COUNT, directory, sshd.connection())));
    const line = (name: string, ours: number, goal: number) => print({ name, ours, unit: "B", goal });
    line("state of one file here", here.bytes, 2000);
    line("state of one file over SSH", remote.bytes, 2000);
    line("state of one stub", peer.bytes, 2000);
    line("provider text of one file", here.text, 300);
  } finally {
    await sshd.stop();
  }
});

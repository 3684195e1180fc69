import { type Host, HostError } from "../host/host";

/** Debian's names of architectures, and those of the emulators that run their programs elsewhere. */
const EMULATORS = { amd64: "qemu-x86_64", arm64: "qemu-aarch64", s390x: "qemu-s390x" } as const;

export type Architecture = keyof typeof EMULATORS;

export const ARCHITECTURES = Object.keys(EMULATORS) as [Architecture, ...Architecture[]];

/** Fails unless the host runs programs of the architecture, by itself or through its kernel's binfmt_misc. */
export async function assertRuns(host: Host, architecture: Architecture): Promise<void> {
  const native = (await host.exec(["dpkg", "--print-architecture"])).stdout.toString().trim();
  if (native === architecture) return;
  const registered = await host.readFile(`/proc/sys/fs/binfmt_misc/${EMULATORS[architecture]}`);
  if (registered?.toString().startsWith("enabled")) return;
  const hint =
    "apt-get install qemu-user-static on it; where no systemd runs, also `mount -t binfmt_misc binfmt_misc " +
    "/proc/sys/fs/binfmt_misc && /usr/lib/systemd/systemd-binfmt`";
  throw new HostError(
    "missing",
    host.name,
    `${host.name} is ${native} and cannot run programs of ${architecture}`,
    hint,
  );
}

import { createArguments } from "../../../../lib/docker/container-arguments";
import type { LiveContainer } from "../../../../lib/docker/container-live";
import { disksOf, type LabHostSpec, labContainer } from "../../../../lib/lab/lab-host";

const spec: LabHostSpec = {
  name: "seed",
  hostname: "seed",
  image: `sha256:${"a".repeat(64)}`,
  network: { name: "site", subnet: "172.30.0.0/24", internal: true },
  address: "172.30.0.10",
  hostKey: { privateKey: "PRIVATE-KEY-TEXT", publicKey: "ssh-ed25519 AAAA" },
  authorizedKeys: ["ssh-ed25519 BBBB"],
  labels: { owner: "dev" },
};

test("a lab host is a container with all rights the machine has, at its address, with its Docker's data in a volume", () => {
  const argv = createArguments(labContainer(spec, { lacksSysResource: true }));
  expect(argv.filter((word) => !word.includes("openstack-site.keys"))).toEqual([
    ...["create", "--pull=never", "--name=seed", "--restart=unless-stopped"],
    ...["--network=site", "--ip=172.30.0.10", "--hostname=seed"],
    ...["--volume=seed-docker:/var/lib/docker:rw", "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw"],
    ...["--tmpfs=/run", "--tmpfs=/run/lock", "--tmpfs=/tmp:exec", "--label=owner=dev"],
    ...["--cap-add=ALL", "--cap-drop=SYS_RESOURCE"],
    ...[
      "--security-opt=seccomp=unconfined",
      "--security-opt=apparmor=unconfined",
      "--security-opt=systempaths=unconfined",
    ],
    ...["--cgroupns=host", "--stop-signal=RTMIN+3", spec.image],
  ]);
  expect(argv.join()).not.toContain("PRIVATE-KEY-TEXT");
});

test("a disk is seen, and not written to", () => {
  const disks = [{ source: "/srv/content", target: "/srv/mirror" }];
  const { volumes } = labContainer({ ...spec, disks }, { lacksSysResource: false });
  expect(volumes.slice(2)).toEqual([{ source: "/srv/content", target: "/srv/mirror", readOnly: true }]);
  expect(disksOf({ volumes } as LiveContainer)).toEqual(disks);
});

test("a machine that lacks nothing drops nothing", () => {
  expect(labContainer(spec, { lacksSysResource: false }).capabilities.drop).toEqual([]);
});

test("other keys make another host", () => {
  const other = labContainer({ ...spec, authorizedKeys: [] }, { lacksSysResource: true });
  expect(other.labels).not.toEqual(labContainer(spec, { lacksSysResource: true }).labels);
});

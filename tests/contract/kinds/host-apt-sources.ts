import { readFileSync } from "node:fs";
import { enable, renderSources, SOURCES_FILE } from "../../../lib/apt/client-sources";
import { AptSources } from "../../../providers/host/apt-sources";
import { ArchiveKey, packageOf, TestArchive } from "../../support/apt/archive";
import { type MakeFixture, PASSWORD, refusing } from "../../support/fixture";
import { type LabGround, labHost, words } from "../../support/lab-host";

const KEYRING = "/etc/apt/keyrings/contract.gpg";

export const hostAptSources: MakeFixture = () => {
  let ground: LabGround;
  let key: ArchiveKey;
  let archive: TestArchive;
  const entry = (suite: string) => ({
    ...{ uri: archive.uri, suites: [suite], components: ["main"], signedBy: KEYRING, checkValidUntil: false },
  });
  const args = () => ({ host: ground.connection, entries: [entry("trixie")], exclusive: true });
  const text = () => renderSources([entry("bookworm")]);
  return {
    resource: AptSources,
    module: "providers/host/apt-sources",
    async setup() {
      ground = await labHost();
      key = new ArchiveKey();
      // This machine's end of the lab's network: the only one a host without a route out can reach.
      archive = await TestArchive.start(ground.connection.address.replace(/\d+$/, "1"));
      for (const suite of ["trixie", "bookworm"]) archive.publish(suite, [packageOf("one")], { key });
      await ground.host.writeFile(KEYRING, readFileSync(key.keyring));
    },
    async teardown() {
      key.remove();
      await archive.close();
    },
    args,
    changed: () => ({ ...args(), entries: [entry("trixie"), entry("bookworm")] }),
    bad: [
      { args: { entries: [] }, path: "entries" },
      { args: { entries: [{ uri: "ftp://a", suites: ["b"] }] }, path: "entries.0.uri" },
      { args: { exclusive: "yes" }, path: "exclusive" },
    ],
    async drift() {
      await ground.host.writeFile(SOURCES_FILE, text());
      return "entries";
    },
    lose: () => ground.host.removeFile(SOURCES_FILE),
    foreign: () => ground.host.writeFile(SOURCES_FILE, text()),
    foreignIntact: async () => (await ground.host.readFile(SOURCES_FILE))?.toString() === text(),
    async removeForeign() {
      await ground.host.removeFile(SOURCES_FILE);
      // Where the mark is lost, so is what was disabled.
      await enable(ground.host, "/etc/apt/sources.list");
    },
    residue: () =>
      words(ground.host, "find", "/etc/apt", "-name", "openstack-site.sources", "-o", "-name", "*.disabled"),
    unreachable: () => ({ host: refusing(ground.connection.name) }),
    dormant: () => ({ host: refusing(ground.connection.name, { dormant: true }) }),
    secrets: [PASSWORD],
  };
};

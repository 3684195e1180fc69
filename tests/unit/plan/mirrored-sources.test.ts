import { mirroredSources } from "../../../plan/mirrored-sources";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const suite = (name: string, digit = "0", trust: object = { keyrings: [KEYRING] }) => ({
  ...{ uri: "https://deb.example.org/debian", suite: name, components: ["main"], architectures: ["amd64"] },
  ...{ sources: false, trust: trust as { keyrings: string[] }, head: `sha256:${digit.repeat(64)}`, files: 1, bytes: 1 },
});
const suites = [suite("trixie"), suite("trixie-updates"), suite("bookworm")];
const at = { url: "http://192.0.2.10:8080", owner: "site-dev" };
const from = (all = suites, more: object = {}) =>
  mirroredSources([{ name: "debian", suites: all, ...more }], at, "debian", "trixie");

test("a suite and its updates at the site's address, with the keys they were verified with", () => {
  const source = (name: string) => ({
    ...{ uri: "http://192.0.2.10:8080/debian/deb.example.org/debian", suites: [name], components: ["main"] },
    ...{ signedBy: KEYRING, trusted: false },
  });
  expect(from().sources).toEqual([source("trixie"), source("trixie-updates")]);
  const selection = { packages: [], recommends: false, bootstrap: true };
  expect(from(suites, { selection }).sources[0]).toMatchObject({ signedBy: "/etc/apt/keyrings/site-dev.asc" });
  const pinned = from([suite("trixie", "0", { pinned: "sha256:0" })]).sources;
  expect(pinned).toEqual([expect.objectContaining({ trusted: true })]);
});

test("their heads decide what they hold, those of other suites do not", () => {
  const { snapshot } = from();
  expect(from([suite("trixie"), suite("trixie-updates"), suite("bookworm", "1")]).snapshot).toBe(snapshot);
  expect(from([suite("trixie", "1"), suite("trixie-updates")]).snapshot).not.toBe(snapshot);
});

test("a suite the mirror lacks is told with those it has", () => {
  expect(() => from([suite("bookworm")])).toThrow("mirror debian has no suite trixie; it has: bookworm");
});

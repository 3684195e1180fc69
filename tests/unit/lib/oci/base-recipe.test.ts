import type { Snapshot } from "../../../../lib/debian/snapshot";
import { type BaseSpec, bootstrapOf, recipeOf } from "../../../../lib/oci/base/recipe";

const source = { uri: "http://mirror/debian", suites: ["trixie"], components: ["main"], trusted: false };
const spec: BaseSpec = {
  ...{ architecture: "amd64", variant: "minbase", sources: [source], packages: ["b", "a"] },
  labels: { title: "x" },
};
const snapshot: Snapshot = { sums: { mirror_debian_dists_trixie_InRelease: "0".repeat(64) }, epoch: 1 };
const recipe = recipeOf(spec, snapshot);

const later: Snapshot = { ...snapshot, epoch: 2 };

test("a recipe is the same for the same packages, however they are listed", () => {
  expect(recipeOf({ ...spec, packages: ["a", "b", "a"] }, later)).toBe(recipe);
});

test.each<[string, Partial<BaseSpec>]>([
  ["architecture", { architecture: "s390x" }],
  ["variant", { variant: "apt" }],
  ["source", { sources: [{ ...source, components: ["main", "contrib"] }] }],
  ["package", { packages: ["a"] }],
  ["label", { labels: { title: "y" } }],
])("another %s is another recipe", (_what, changes) => {
  expect(recipeOf({ ...spec, ...changes }, snapshot)).not.toBe(recipe);
});

test("an archive that went on is another recipe", () => {
  const sums = { mirror_debian_dists_trixie_InRelease: "1".repeat(64) };
  expect(recipeOf(spec, { ...snapshot, sums })).not.toBe(recipe);
});

test("of a mirror that is still to come its plan counts, not what stands there", () => {
  const planned = { ...spec, snapshot: `sha256:${"2".repeat(64)}` };
  expect(recipeOf(planned, snapshot)).toBe(recipeOf(planned, { sums: {} }));
  expect(recipeOf({ ...planned, snapshot: `sha256:${"3".repeat(64)}` }, snapshot)).not.toBe(
    recipeOf(planned, snapshot),
  );
});

test("a keyring that the image lacks is put into it", () => {
  const keyed = { ...spec, sources: [{ ...source, signedBy: "/keys/site.gpg" }] };
  expect(bootstrapOf(keyed)).toMatchObject({
    sources: ["deb [signed-by=/keys/site.gpg] http://mirror/debian trixie main"],
    options: expect.arrayContaining([expect.stringContaining('install -D -m 0644 /keys/site.gpg "$1/keys/site.gpg"')]),
  });
});

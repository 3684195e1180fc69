import { buildList, type ListChild } from "../../../lib/oci/list";
import { OCI_INDEX } from "../../../lib/oci/media-types";
import { untag } from "../../../lib/oci/tag";
import { ManifestList } from "../../../providers/oci/manifest-list";
import type { MakeFixture } from "../../support/fixture";
import { Ground, imageOf, REPOSITORY, secrets } from "./in-registry";

const childOf = ({ manifest: { digest, size, mediaType }, platform }: ReturnType<typeof imageOf>): ListChild => ({
  ...{ digest, size, mediaType, platform },
});

export const ociManifestList: MakeFixture = () => {
  let ground: Ground;
  const [amd64, newer, arm64] = [imageOf("one"), imageOf("two"), imageOf("one", "arm64")];
  const theirs = imageOf("theirs");
  /** The tag of one child stood there before, for the same image; it is to stay whatever becomes of the list. */
  const stays = `v1-amd64 ${amd64.manifest.digest}`;
  const over = (...images: (typeof amd64)[]) => {
    const children = images.map(childOf);
    return { children, digest: buildList(children).manifest.digest };
  };
  const args = () => ({
    ...{
      registry: ground.registry(),
      repository: REPOSITORY,
      tag: "v1",
      format: "oci",
      missing: [],
      ...over(amd64, arm64),
    },
  });
  return {
    resource: ManifestList,
    module: "providers/oci/manifest-list",
    async setup() {
      ground = await Ground.make();
      for (const image of [amd64, newer, arm64, theirs]) await ground.push(image);
      await ground.tag("v1-amd64", amd64);
    },
    teardown: () => ground.end(),
    args,
    changed: () => ({ ...args(), ...over(newer) }),
    replaced: () => ({ ...args(), tag: "v2" }),
    bad: [
      { args: { repository: "Site/Hello" }, path: "repository" },
      { args: { children: [] }, path: "children" },
      { args: { children: [{ ...childOf(amd64), mediaType: OCI_INDEX }] }, path: "children.0.mediaType" },
      { args: { digest: "sha256:0" }, path: "digest" },
      { args: { format: "tar" }, path: "format" },
    ],
    async drift() {
      await ground.tag("v1", theirs);
      await ground.tag("v1-amd64", theirs);
      return "children";
    },
    lose: () => untag(ground.client, { repository: REPOSITORY, tag: "v1" }),
    foreign: () => ground.tag("v1", theirs),
    foreignIntact: async () => (await ground.tags()).join() === [`v1 ${theirs.manifest.digest}`, stays].join(),
    async removeForeign() {
      // A list that lost its mark leaves the tags of its children too.
      for (const tag of ["v1", "v1-arm64"]) await untag(ground.client, { repository: REPOSITORY, tag });
    },
    async residue() {
      const tags = await ground.tags();
      return tags.includes(stays) ? tags.filter((tag) => tag !== stays) : [...tags, "a tag of others is gone"];
    },
    unreachable: () => ({ registry: ground.registry("127.0.0.1:1") }),
    secrets,
  };
};

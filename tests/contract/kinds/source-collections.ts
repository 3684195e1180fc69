import { appendFileSync } from "node:fs";
import { digestOf } from "../../../lib/content/digest";
import { sourceCollections } from "../../../lib/host/jobs/source";
import { Collections } from "../../../providers/source/collections";
import type { MakeFixture } from "../../support/fixture";
import { collectionArchive } from "../../support/source/collection";
import { onSourceGround, SourceGround } from "./source-ground";

export const sourceCollectionsKind: MakeFixture = () => {
  let ground: SourceGround;
  const collection = (name: string) => ({
    url: `${ground.upstream.uri}/${name}.tar.gz`,
    digest: digestOf(collectionArchive(name)),
  });
  const address = "http://192.0.2.10:8000/site";
  const args = () => ({ ...ground.args(), address, collections: [collection("acme.one"), collection("acme.two")] });
  return {
    ...onSourceGround(() => ground),
    resource: Collections,
    module: "providers/source/collections",
    async setup() {
      ground = await SourceGround.make("collections");
      for (const name of ["acme.one", "acme.two", "acme.three"])
        ground.upstream.files.set(`${name}.tar.gz`, collectionArchive(name));
    },
    args,
    changed: () => ({ ...args(), collections: [collection("acme.two"), collection("acme.three")] }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { address: "the seed" }, path: "address" },
      { args: { collections: [] }, path: "collections" },
    ],
    async drift() {
      appendFileSync(ground.served("api/index.html"), "x");
      return "collections";
    },
    foreign: () => {
      const order = { store: ground.store, name: "site", address, collections: [collection("acme.three")] };
      return ground.serve(sourceCollections, order);
    },
    foreignIntact: async () => {
      const found = await ground.standing();
      return JSON.stringify(found?.asked).includes("acme.three") && found?.touched.length === 0;
    },
  };
};

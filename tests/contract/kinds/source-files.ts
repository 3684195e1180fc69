import { appendFileSync } from "node:fs";
import { digestOf } from "../../../lib/content/digest";
import { sourceFiles } from "../../../lib/host/jobs/source";
import { Files } from "../../../providers/source/files";
import type { MakeFixture } from "../../support/fixture";
import { onSourceGround, SourceGround } from "./source-ground";

export const sourceFilesKind: MakeFixture = () => {
  let ground: SourceGround;
  const file = (name: string) => ({
    ...{ url: `${ground.upstream.uri}/${name}`, digest: digestOf(name) },
    ...{ path: `images/${name}`, size: name.length },
  });
  const args = () => ({ ...ground.args(), files: [file("one"), file("two")] });
  return {
    ...onSourceGround(() => ground),
    resource: Files,
    module: "providers/source/files",
    async setup() {
      ground = await SourceGround.make("files");
      for (const name of ["one", "two", "three"]) ground.upstream.files.set(name, Buffer.from(name));
    },
    args,
    changed: () => ({ ...args(), files: [file("one"), file("three")] }),
    replaced: () => ({ ...args(), name: "other" }),
    bad: [
      { args: { store: "srv/content" }, path: "store" },
      { args: { name: "A Site" }, path: "name" },
      { args: { files: [] }, path: "files" },
      { args: { files: [{ url: "ftp://a", digest: "sha256:0", path: "/etc/../x" }] }, path: "files.0.path" },
    ],
    async drift() {
      appendFileSync(ground.served("images/one"), "x");
      return "files";
    },
    foreign: () => ground.serve(sourceFiles, { store: ground.store, name: "site", files: [file("three")] }),
    foreignIntact: async () => {
      const found = await ground.standing();
      return found?.files.length === 1 && found.files[0]?.path === "images/three" && found.touched.length === 0;
    },
  };
};

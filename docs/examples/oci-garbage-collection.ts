import { GarbageCollection } from "../../providers/oci/garbage-collection";
import { control1, registry } from "./machines";

new GarbageCollection("registry-garbage", {
  host: control1,
  container: "registry",
  registry,
  content: `sha256:${"0".repeat(64)}`, // one digest over all images and lists the site is to hold
});

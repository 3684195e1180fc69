import { Published } from "../../providers/pypi/published";
import { control1 } from "./machines";

new Published("wheels-served", {
  host: control1,
  store: "/srv/content",
  name: "wheels",
  manifest: `sha256:${"0".repeat(64)}`, // the output of a pypi:Index; an earlier one rolls back
});

import { Wheel } from "../../providers/pypi/wheel";
import { control1, z15 } from "./machines";

new Wheel("uwsgi", {
  host: control1,
  store: "/srv/content",
  name: "uwsgi-2.0.31-cp311-s390x",
  builder: z15,
  sdist: {
    url: "https://files.example.org/uwsgi-2.0.31.tar.gz",
    filename: "uwsgi-2.0.31.tar.gz",
    digest: `sha256:${"0".repeat(64)}`,
    size: 822_796,
  },
  target: { python: "3.11", architecture: "s390x" },
});

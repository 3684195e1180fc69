import { Container } from "../../providers/host/container";
import { control1, registry } from "./machines";

new Container("cache", {
  host: control1,
  name: "memcached",
  image: `${registry.address}/site/memcached@sha256:${"0".repeat(64)}`,
  command: ["memcached", "-m", "256"],
  ports: [{ host: 11211, container: 11211 }],
  restart: "always",
  logRotation: { maxSize: "10m", maxFiles: 3 },
});

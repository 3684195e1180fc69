import { AptSources } from "../../providers/host/apt-sources";
import { control1 } from "./machines";

new AptSources("control1-packages", {
  host: control1,
  entries: [
    {
      uri: "http://192.0.2.10:8080/debian",
      suites: ["trixie", "trixie-updates"],
      signedBy: "/usr/share/keyrings/debian-archive-keyring.gpg",
    },
  ],
});

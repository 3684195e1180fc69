import { File } from "../../providers/host/file";
import { control1 } from "./machines";

new File("motd", { host: control1, path: "/etc/motd", content: "Made by Pulumi: changes by hand are put back.\n" });

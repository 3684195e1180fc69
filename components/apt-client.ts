import * as pulumi from "@pulumi/pulumi";
import { AptSources } from "../providers/host/apt-sources";
import { File } from "../providers/host/file";
import { type Machine, on } from "./machine";

/** What a host needs to install from the site's mirrors, as it was planned. */
export interface ClientPlan {
  entries: { uri: string; suites: string[]; components: string[]; signedBy?: string }[];
  /** Keyrings it gets; the others it has. */
  keyrings: { mirror: string; path: string; source: string; digest: string }[];
  /** Where it gets the site's own key. */
  siteKeyring?: string;
}

export interface AptClientArgs extends ClientPlan {
  machine: Machine;
  /** The site's own, armored; where packages are selected. */
  publicKey?: pulumi.Input<string> | undefined;
}

/** A host that installs from the site's mirrors, and from nothing else. */
export class AptClient extends pulumi.ComponentResource {
  constructor(name: string, args: AptClientArgs, options?: pulumi.ComponentResourceOptions) {
    super("openstack-site:index:AptClient", name, {}, options);
    const { machine, entries, siteKeyring: path, publicKey: content } = args;
    const host = machine.connection;
    const keyrings = args.keyrings.map(
      ({ mirror, ...file }) => new File(`${name}-keyring-${mirror}`, { host, ...file }, on(machine, this)),
    );
    if (path !== undefined && content !== undefined) {
      keyrings.push(new File(`${name}-keyring`, { host, path, content }, on(machine, this)));
    }
    new AptSources(`${name}-sources`, { host, entries }, on(machine, this, ...keyrings));
    this.registerOutputs({});
  }
}

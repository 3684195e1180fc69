import type { Connection, ConnectionArgs } from "../../lib/host/connection";
import type { Ledger } from "../../lib/host/ledger";
import type { Context } from "../resource";

export type { ConnectionArgs };

/** What every kind has in common whose object and ownership mark stand on a host. */
export const onHost = {
  where: ({ host }: { host: Connection }): string => host.name,
  async ledger({ host }: { host: Connection }, context: Context): Promise<Ledger> {
    const { HostLedger } = await import("../../lib/host/ledger");
    return new HostLedger(await context.connect(host));
  },
};

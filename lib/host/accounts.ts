import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
type Database = "passwd" | "group";

/** Names and numbers of users and groups of this machine, asked of getent so that directories (LDAP) count too. */
class Accounts {
  private readonly known = new Map<string, Promise<string | undefined>>();

  async number(database: Database, name: string): Promise<number> {
    if (/^\d+$/.test(name)) return Number(name);
    const found = await this.field(database, name, 2);
    if (found === undefined) throw new Error(`no ${database === "passwd" ? "user" : "group"} "${name}" on this host`);
    return Number(found);
  }

  async name(database: Database, number: number): Promise<string> {
    return (await this.field(database, String(number), 0)) ?? String(number);
  }

  /** Only what exists is remembered: an account may be made while we run. */
  private field(database: Database, key: string, index: number): Promise<string | undefined> {
    const id = `${database}:${key}`;
    const asked = this.known.get(id) ?? this.ask(database, key, index);
    this.known.set(id, asked);
    const drop = () => this.known.delete(id);
    asked.then((value) => value === undefined && drop(), drop);
    return asked;
  }

  private async ask(database: Database, key: string, index: number): Promise<string | undefined> {
    try {
      const { stdout } = await run("getent", [database, key]);
      return stdout.split(":")[index];
    } catch (error) {
      if ((error as { code?: unknown }).code === 2) return undefined;
      throw error;
    }
  }
}

export const accounts = new Accounts();

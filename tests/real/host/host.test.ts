import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { closeAll, connect } from "../../../lib/host/connect";
import type { Host } from "../../../lib/host/host";
import { type Sshd, startSshd } from "../../support/sshd";

let sshd: Sshd;
let directory: string;
let full: string;
let sealed: string;

beforeAll(async () => {
  sshd = await startSshd();
  directory = mkdtempSync(join(tmpdir(), "host-"));
  full = join(directory, "full");
  sealed = join(directory, "sealed");
  for (const [path, options] of [
    [full, "size=1m"],
    [sealed, "ro"],
  ] as const) {
    mkdirSync(path);
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  }
});

afterAll(async () => {
  await closeAll();
  await sshd.stop();
  for (const path of [full, sealed]) execFileSync("umount", [path]);
  rmSync(directory, { recursive: true });
});

/** One suite for both kinds: a caller must not be able to tell them apart. */
describe.each(["local", "ssh"] as const)("a %s host", (kind) => {
  let host: Host;
  const at = (name: string) => join(directory, kind, name);

  beforeAll(async () => {
    host = await connect(kind === "ssh" ? sshd.connection() : { kind: "local", name: "localhost" });
    mkdirSync(join(directory, kind));
  });

  describe("exec", () => {
    test("hands over argv, input and environment as they are", async () => {
      const argv = ["sh", "-c", 'printf "%s|" "$@"; printf "%s|" "$A"; cat', "sh", "it's", "", "$(id)", "a\nb", "*"];
      const { stdout } = await host.exec(argv, { input: "the input", env: { A: "x y'z" } });
      expect(stdout.toString()).toBe("it's||$(id)|a\nb|*|x y'z|the input");
    });

    test("keeps output and messages apart, byte by byte", async () => {
      const bytes = randomBytes(300_000);
      const { stdout, stderr } = await host.exec(["sh", "-c", "t=$(mktemp); cat > $t; cat $t; cat $t >&2; rm $t"], {
        input: Readable.from([bytes]),
      });
      expect(stdout.equals(bytes)).toBe(true);
      expect(stderr.equals(bytes)).toBe(true);
    });

    test("says what failed, where and why, and neither input nor environment", async () => {
      const options = { input: "inputsecret", env: { TOKEN: "envsecret" } };
      const failed = host.exec(["sh", "-c", "echo the reason >&2; exit 3"], options);
      const message = `sh -c 'echo the reason >&2; exit 3' on ${host.name} exited with 3: the reason`;
      await expect(failed).rejects.toMatchObject({ code: "failed", exitCode: 3, message });
      expect(String(await failed.catch((error: Error) => error.stack))).not.toMatch(/inputsecret|envsecret/);
    });

    test("keeps errors short", async () => {
      const failed = host.exec([
        "sh",
        "-c",
        `: ${"x".repeat(5000)}; head -c 100000 /dev/zero | tr '\\0' e >&2; exit 1`,
      ]);
      expect(String(await failed.catch((error: Error) => error.message)).length).toBeLessThan(4000);
    });

    test("takes other exit codes for an answer where asked to", async () => {
      expect((await host.exec(["sh", "-c", "exit 3"], { accept: [0, 3] })).code).toBe(3);
    });

    test("tells a command that is missing", () =>
      expect(host.exec(["no-such-command"])).rejects.toMatchObject({ code: "missing" }));

    test("tells a signal", () =>
      expect(host.exec(["sh", "-c", "kill -KILL $$"])).rejects.toMatchObject({
        message: expect.stringMatching(/signal (SIG)?KILL/),
      }));

    test("ends a command that takes too long, with all it started", async () => {
      const mark = `29.${process.pid}${kind === "ssh" ? 1 : 2}`;
      const failed = host.exec(["sh", "-c", `trap '' TERM; sleep ${mark} & wait`], { timeout: 300 });
      await expect(failed).rejects.toMatchObject({ code: "timeout" });
      expect(execFileSync("ps", ["-eo", "args"]).toString()).not.toContain(`sleep ${mark}`);
    });

    test("fails where its input fails", async () => {
      const input = new Readable({ read: () => input.destroy(new Error("no more of it")) });
      await expect(host.exec(["cat"], { input })).rejects.toThrow("no more of it");
    });

    test("streams 100 MB without keeping them", async () => {
      const hash = createHash("sha256");
      let most = 0;
      const before = process.memoryUsage().rss;
      const onStdout = (chunk: Buffer) => {
        hash.update(chunk);
        most = Math.max(most, process.memoryUsage().rss);
      };
      await host.exec(["head", "-c", "100000000", "/dev/zero"], { onStdout });
      expect(hash.digest("hex")).toBe(createHash("sha256").update(Buffer.alloc(100_000_000)).digest("hex"));
      expect(most - before).toBeLessThan(80_000_000);
    });
  });

  describe("files", () => {
    test("are written with mode and owner, their directories made, and read back", async () => {
      const bytes = randomBytes(100_000);
      const path = at("a b/c'd/file");
      await host.writeFile(path, bytes, { mode: "0640", owner: "nobody", group: "daemon" });
      expect((await host.readFile(path))?.equals(bytes)).toBe(true);
      expect(await host.stat(path)).toEqual({
        type: "file",
        size: 100_000,
        mode: "0640",
        owner: "nobody",
        group: "daemon",
      });
      await host.writeFile(path, Readable.from(["new ", "content"]));
      expect((await host.readFile(path))?.toString()).toBe("new content");
      expect(await host.stat(path)).toMatchObject({ mode: "0644", owner: "root" });
      expect(await host.list(at("a b/c'd"))).toEqual(["file"]);
    });

    test("replace a link, not what it leads to", async () => {
      writeFileSync(at("target"), "untouched");
      symlinkSync(at("target"), at("link"));
      await host.writeFile(at("link"), "");
      expect(readFileSync(at("target"), "utf8")).toBe("untouched");
      expect(await host.stat(at("link"))).toMatchObject({ type: "file", size: 0 });
    });

    test("are removed, twice", async () => {
      writeFileSync(at("gone"), "");
      await host.removeFile(at("gone"));
      await host.removeFile(at("gone"));
      expect(await host.stat(at("gone"))).toBeUndefined();
    });

    test("are absent only where that is proven", async () => {
      expect(await host.readFile(at("nothing/at/all"))).toBeUndefined();
      expect(await host.stat(at("no'thing"))).toBeUndefined();
      expect(await host.list(at("nothing"))).toEqual([]);
      writeFileSync(at("plain"), "");
      symlinkSync("/nowhere", at("dangling"));
      symlinkSync("loop", at("loop"));
      for (const [path, reason] of [
        [at("plain/below"), /not a directory/i],
        [at("dangling"), /leads nowhere/],
        [at("loop"), /symbolic links/i],
        ["relative", /absolute/],
      ] as const) {
        for (const ask of [host.readFile(path), host.stat(path), host.list(path)]) {
          await expect(ask).rejects.toMatchObject({ code: "failed", message: expect.stringMatching(reason) });
        }
      }
      await expect(host.readFile(directory)).rejects.toThrow(/directory/i);
      await expect(host.list(at("plain"))).rejects.toThrow(/not a directory/i);
    });

    test("of a kernel's making are read whole", async () => {
      expect((await host.readFile("/proc/version"))?.toString()).toContain("Linux");
    });

    test("are listed with whatever names they have", async () => {
      const names = ["a b", "new\nline", ".hidden", "ü"];
      mkdirSync(at("names"));
      for (const name of names) writeFileSync(at(`names/${name}`), name);
      expect((await host.list(at("names"))).sort()).toEqual([...names].sort());
      const read = await Promise.all(names.map((name) => host.readFile(at(`names/${name}`))));
      expect(read.map(String)).toEqual(names);
    });

    test("asked for all at once are each told apart", async () => {
      mkdirSync(at("many"));
      for (let index = 0; index < 300; index += 3) writeFileSync(at(`many/${index}`), index ? String(index) : "");
      symlinkSync("/nowhere", at("many/1"));
      const paths = Array.from({ length: 300 }, (_, index) => at(`many/${index}`));
      const looks: ((path: string) => Promise<unknown>)[] = [(path) => host.readFile(path), (path) => host.stat(path)];
      for (const look of looks) {
        const found = await Promise.allSettled(paths.map(look));
        for (const [index, one] of found.entries()) {
          if (index === 1) expect(one).toMatchObject({ status: "rejected", reason: { code: "failed" } });
          else expect(one.status === "fulfilled" && one.value !== undefined).toBe(index % 3 === 0);
        }
      }
      const read = await Promise.all(paths.filter((_, index) => index % 3 === 0).map((path) => host.readFile(path)));
      expect(read.map(String)).toEqual(read.map((_, index) => (index ? String(index * 3) : "")));
    });

    test("on a full disk fail, and the old one stays whole", async () => {
      const path = join(full, `${kind}`);
      await host.writeFile(path, "old");
      const failed = host.writeFile(path, Buffer.alloc(2_000_000));
      await expect(failed).rejects.toMatchObject({ code: "failed", message: expect.stringMatching(/no space left/i) });
      expect(readFileSync(path, "utf8")).toBe("old");
      expect(readdirSync(full).filter((name) => name.startsWith("."))).toEqual([]);
      await host.removeFile(path);
    });

    test("that cannot be written say why", () =>
      expect(host.writeFile(join(sealed, "x"), "")).rejects.toThrow(/read-only/i));

    test("that cannot be removed say why", () =>
      expect(host.removeFile("/proc/version")).rejects.toThrow(/not permitted/i));

    test("with an unknown owner fail and leave nothing", async () => {
      mkdirSync(at("owner"));
      await expect(host.writeFile(at("owner/x"), "", { owner: "no-such-user" })).rejects.toThrow("no-such-user");
      expect(readdirSync(at("owner"))).toEqual([]);
    });

    test("whose content breaks off stay as they were", async () => {
      await host.writeFile(at("stream"), "old");
      const content = Readable.from(
        (async function* () {
          yield "half";
          throw new Error("the source broke");
        })(),
      );
      await expect(host.writeFile(at("stream"), content)).rejects.toThrow("the source broke");
      expect(readFileSync(at("stream"), "utf8")).toBe("old");
      expect(readdirSync(at(".")).filter((name) => name.startsWith(".stream"))).toEqual([]);
    });

    test("left half-written by a writer that was killed are swept by the next", async () => {
      mkdirSync(at("swept"));
      for (const name of [".x.00000000.openstack-site", ".x.y.00000000.openstack-site"])
        writeFileSync(at(`swept/${name}`), "");
      await host.writeFile(at("swept/x"), "");
      expect(readdirSync(at("swept")).sort()).toEqual([".x.y.00000000.openstack-site", "x"]);
      await host.removeFile(at("swept/x.y"));
      expect(readdirSync(at("swept"))).toEqual(["x"]);
    });
  });
});

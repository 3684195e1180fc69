// scripts/recover.cjs <stack>: mends what a killed pulumi left behind, so that the next one can start.
//
// After kill -9 the lock of the stack stays and the resource provider keeps running and writing. Ended here, by pid,
// are only the provider and language-host processes of this user and this project whose pulumi is gone; removed are
// only locks this user took on this machine with a process that is gone, and attribute files that were cut off while they
// were written, which make the state beside them unreadable. Everything else is refused, by name.
"use strict";
const fs = require("node:fs");
const { homedir, hostname, userInfo } = require("node:os");
const { basename, join, resolve } = require("node:path");

const root = fs.realpathSync(join(__dirname, ".."));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What /proc says of a process, or undefined if it is gone or not ours to see. A zombie is gone. */
function inspect(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z") return undefined;
    return {
      pid,
      parent: Number(parent),
      started: stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19],
      name: stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")),
      user: fs.statSync(`/proc/${pid}`).uid,
      argv: fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0"),
      cwd: fs.readlinkSync(`/proc/${pid}/cwd`),
    };
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(error.code)) return undefined;
    throw error;
  }
}

const startedByPulumi = ({ argv }) =>
  basename(argv[0]).startsWith("pulumi-language-nodejs") ||
  argv.some((word) => /@pulumi\/pulumi\/cmd\/(dynamic-provider|run)\/index\.js$/.test(word));

/** Processes pulumi started for this project whose pulumi is gone: init, or the user's systemd, has taken them over. */
function orphans() {
  const own = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => inspect(Number(name)))
    .filter((it) => it && it.user === process.getuid() && it.cwd === root && startedByPulumi(it));
  const adopted = (pid) =>
    ["init", "systemd"].includes(inspect(pid)?.name) || (pid === 1 && inspect(1)?.name !== "pulumi");
  const found = own.filter(({ parent }) => adopted(parent));
  return [...found, ...own.filter(({ parent }) => found.some(({ pid }) => pid === parent))];
}

/** Ends a process: politely, so that a provider can write its journal, then by force. */
async function end(orphan) {
  const same = () => inspect(orphan.pid)?.started === orphan.started;
  for (const [signal, patience] of [
    ["SIGINT", 6000],
    ["SIGKILL", 2000],
  ]) {
    if (same()) process.kill(orphan.pid, signal);
    for (let waited = 0; waited < patience && same(); waited += 50) await sleep(50);
  }
  if (same()) throw new Error(`process ${orphan.pid} of a killed pulumi does not end. Try: kill -9 ${orphan.pid}`);
}

/** The locks of a stack on a file backend, each with its holder. */
function locks(backend, project, stack) {
  const directory = join(backend, ".pulumi/locks/organization", project, stack);
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ file: join(directory, name), ...JSON.parse(fs.readFileSync(join(directory, name), "utf8")) }));
}

/** Throws unless the lock is this user's, of this machine, and of a process that is gone. */
function mustBeStale({ file, pid, username, hostname: host, timestamp }) {
  const holder = `${username}@${host}, process ${pid}, since ${timestamp}`;
  if (host !== hostname() || username !== userInfo().username)
    throw new Error(`the stack is locked by ${holder}. Try: wait for it, or ask there; if it is gone, pulumi cancel`);
  // A pid is used again in time; a lock is only ever held by pulumi itself.
  if (inspect(pid)?.name === "pulumi")
    throw new Error(`the stack is locked by ${holder}, which is running. Try: again when it has ended (${file})`);
}

/** The directory of a file backend, as the shell or `pulumi login` says; undefined where it is another. */
function backendDirectory() {
  const login = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "credentials.json");
  const url =
    process.env.PULUMI_BACKEND_URL ||
    (fs.existsSync(login) && JSON.parse(fs.readFileSync(login, "utf8")).current) ||
    "";
  const [, path] = /^file:\/\/([^?]*)/.exec(url) ?? [];
  return path === undefined ? undefined : resolve(root, decodeURI(path).replace(/^~/, homedir()));
}

/** What pulumi keeps beside the state of a stack unless told to skip it: written in place, so that a kill cuts it off. */
function tornAttributes(backend, project, stack) {
  const directory = join(backend, ".pulumi/stacks", project);
  if (!fs.existsSync(directory)) return [];
  const beside = fs
    .readdirSync(directory)
    .filter((name) => name.startsWith(`${stack}.json`) && name.endsWith(".attrs"))
    .map((name) => join(directory, name));
  return beside.filter((file) => {
    try {
      JSON.parse(fs.readFileSync(file, "utf8"));
      return false;
    } catch {
      return true;
    }
  });
}

async function main(stack) {
  const backend = backendDirectory();
  if (backend === undefined) return;
  const project = /^name: *(\S+)/m.exec(fs.readFileSync(join(root, "Pulumi.yaml"), "utf8"))[1];
  const stale = locks(backend, project, stack);
  stale.forEach(mustBeStale);
  for (const orphan of orphans()) {
    console.error(`Ending process ${orphan.pid}, left by a killed pulumi`);
    await end(orphan);
  }
  for (const { file, pid, timestamp } of stale) {
    console.error(`Clearing the lock of process ${pid}, which is gone, of ${timestamp}`);
    fs.rmSync(file, { force: true });
    fs.rmSync(`${file}.attrs`, { force: true });
  }
  for (const file of tornAttributes(backend, project, stack)) {
    console.error(`Removing ${file}, which a killed pulumi left half-written`);
    fs.rmSync(file);
  }
}

main(process.argv[2]).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});

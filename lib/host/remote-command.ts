import { quote } from "./quote";

export interface RemoteOptions {
  env?: Readonly<Record<string, string>> | undefined;
  sudo?: boolean | undefined;
  password?: string | undefined;
}

export interface RemoteCommand {
  /** The line the SSH server hands to the user's shell. */
  line: string;
  /** What goes to standard input before the command's own input. */
  preamble: string;
}

/**
 * argv as a remote command that first says its process group on stderr, so that it can be ended later: SSH has no sure
 * way to do that. Password and environment travel on standard input, because every user of a host can read argv.
 */
export function remoteCommand(argv: readonly string[], options: RemoteOptions = {}): RemoteCommand {
  const { sudo, password, env = {} } = options;
  const exports = exportLine(env);
  const ask = sudo && password !== undefined;
  const script = [
    // sudo may need the password or not: what it left unread is skipped up to the line "go".
    ...(ask ? ['while IFS= read -r line && [ "$line" != go ]; do :; done'] : []),
    // dd reads no byte too many, so the rest stays for the command.
    ...(exports ? [`eval "$(dd bs=1 count=${Buffer.byteLength(exports)} 2>/dev/null)"`] : []),
    'exec "$@"',
  ].join("; ");
  const wrapped = sudo || exports ? ["sh", "-c", script, "sh", ...argv] : argv;
  const rise = ask ? ["sudo", "-S", "-p", "", "--"] : ["sudo", "-n", "--"];
  const words = sudo ? [...rise, ...wrapped] : wrapped;
  return {
    line: `exec ${quote(["sh", "-c", 'echo "[pid $$]" >&2; exec "$@"', "sh", ...words])}`,
    preamble: `${ask ? `${password}\ngo\n` : ""}${exports}`,
  };
}

function exportLine(env: Readonly<Record<string, string>>): string {
  const entries = Object.entries(env);
  for (const [name] of entries) {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error(`"${name}" is not a name for an environment variable`);
  }
  return entries.length ? `export ${entries.map(([name, value]) => `${name}=${quote([value])}`).join(" ")}\n` : "";
}

/** Ends a process group: politely, after a second by force. */
export const END_GROUP = [
  'kill -s TERM -- "-$1" 2>/dev/null',
  'n=0; while [ $n -lt 10 ] && kill -s 0 -- "-$1" 2>/dev/null; do sleep 0.1; n=$((n+1)); done',
  'kill -s KILL -- "-$1" 2>/dev/null; true',
].join("\n");

/** Each command costs a process on the host, so none is started where there is nothing to do. */
const SWEEP = 'for f in "$2/$3"????????"$4"; do if [ -e "$f" ]; then rm -f -- "$f"; fi; done';

/**
 * The atomic write: content and then the end mark come in on standard input. A connection cut half-way looks like an
 * ordinary end of input, so only the mark proves that the content is whole. $1 target, $2 directory, $3 and $4 prefix and
 * suffix of temporary names, $5 temporary name, $6 end mark, $7 mode, $8 owner, $9 group.
 */
export const WRITE_FILE = [
  'set -e; umask 022; [ -d "$2" ] || mkdir -p -- "$2"',
  SWEEP,
  "t=$2/$5; umask 077",
  // Nobody may be left to read a message: that must not end the script before it has cleaned up.
  "trap '' PIPE; trap 'rm -f -- \"$t\"' EXIT; trap 'exit 1' HUP INT TERM",
  'cat > "$t"',
  '[ "$(tail -c "${#6}" -- "$t")" = "$6" ] || { echo "the content did not arrive whole" >&2; exit 74; }',
  'truncate -s "-${#6}" -- "$t"',
  'if [ -n "$8$9" ]; then chown -- "$8${9:+:$9}" "$t"; fi',
  'chmod -- "$7" "$t"; sync -- "$t"; mv -fT -- "$t" "$1"; sync -- "$2"',
].join("\n");

/** $1 to $4 as above. */
export const REMOVE_FILE = `rm -f -- "$1"; r=$?; ${SWEEP}; exit $r`;

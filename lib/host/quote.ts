/** argv as one line for a POSIX shell. Nothing else in the project quotes. */
export function quote(argv: readonly string[]): string {
  return argv.map(word).join(" ");
}

function word(text: string): string {
  if (text.includes("\0")) throw new Error("an argument of a command cannot hold a NUL byte");
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

let file: string | undefined;

/** Called once by runtime/provider.cjs. */
export function configure({ runner }: { runner: string }): void {
  file = runner;
}

/** The single-file job runner that is shipped to hosts. */
export function runnerFile(): string {
  if (file === undefined) throw new Error("no job runner: this process was not started by runtime/provider.cjs");
  return file;
}

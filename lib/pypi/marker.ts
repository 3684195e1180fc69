import { satisfies, valid } from "@renovatebot/pep440";
import { IndexError } from "./name";
import type { Target } from "./target";

/** What a target's Python says of itself (PEP 508); the patch version is none that a list should ask for. */
function environmentOf({ python, architecture }: Target): Readonly<Record<string, string>> {
  return {
    python_version: python,
    python_full_version: `${python}.0`,
    implementation_version: `${python}.0`,
    implementation_name: "cpython",
    platform_python_implementation: "CPython",
    os_name: "posix",
    sys_platform: "linux",
    platform_system: "Linux",
    platform_machine: architecture,
    platform_release: "",
    platform_version: "",
    extra: "",
  };
}

const TOKEN = /\s*(?:(\(|\))|("[^"]*"|'[^']*')|(~=|===|==|!=|<=|>=|<|>|not\s+in\b|in\b)|([\w.]+))\s*/y;

/** Whether a requirement with this marker is one of the target's. */
export function applies(marker: string, target: Target): boolean {
  const reader = new Reader(marker, environmentOf(target));
  const value = reader.any();
  reader.end();
  return value;
}

class Reader {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(
    private readonly marker: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < marker.length) {
      const found = TOKEN.exec(marker);
      if (!found) throw this.unreadable();
      this.tokens.push(found[0].trim());
    }
  }

  any(): boolean {
    let value = this.all();
    while (this.takes("or")) value = this.all() || value;
    return value;
  }

  end(): void {
    if (this.at < this.tokens.length) throw this.unreadable();
  }

  private all(): boolean {
    let value = this.one();
    while (this.takes("and")) value = this.one() && value;
    return value;
  }

  private one(): boolean {
    if (this.takes("(")) {
      const value = this.any();
      if (!this.takes(")")) throw this.unreadable();
      return value;
    }
    const [left, operator, right] = [this.value(), this.tokens[this.at++]?.replace(/\s+/, " "), this.value()];
    if (operator === "in") return right.includes(left);
    if (operator === "not in") return !right.includes(left);
    return compared(left, operator ?? "", right) ?? this.fail();
  }

  private value(): string {
    const token = this.tokens[this.at++] ?? "";
    if (/^["']/.test(token)) return token.slice(1, -1);
    return this.environment[token.replace(/^os\.name$/, "os_name")] ?? this.fail();
  }

  private takes(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private fail(): never {
    throw this.unreadable();
  }

  private unreadable(): IndexError {
    return new IndexError(`the marker ${this.marker} cannot be read`);
  }
}

/** As versions where both are, else as text; undefined for an operator that is none. */
function compared(left: string, operator: string, right: string): boolean | undefined {
  if (valid(left) && (valid(right) || right.endsWith(".*"))) return satisfies(left, `${operator}${right}`);
  const order = left < right ? -1 : left > right ? 1 : 0;
  const answers = { "==": order === 0, "===": order === 0, "!=": order !== 0, "<": order < 0, ">": order > 0 };
  return { ...answers, "<=": order <= 0, ">=": order >= 0 }[operator];
}

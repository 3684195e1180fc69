import { constraintText, namesOf, type Row, typeText } from "./schema";

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** A row for each argument, however deep. `comment` gives what the source says of it. */
export function table(rows: readonly Row[], comment: (names: string[]) => string): string {
  const lines = rows.map(({ path, shape, required }) => {
    const standard = shape.default === undefined ? "" : `\`${JSON.stringify(shape.default)}\``;
    const variant = typeof required === "string" ? ` for ${required}` : "";
    const needed = required ? `**required**${variant}` : standard;
    const what = shape.description ?? comment(namesOf(path));
    const constraint = constraintText(shape);
    const must = what.toLowerCase() === constraint.toLowerCase() ? "" : constraint;
    return `| ${[`\`${path.join(".")}\``, typeText(shape), needed, what, must].map(cell).join(" | ")} |`;
  });
  return `| argument | type | default | what | must be |\n|---|---|---|---|---|\n${lines.join("\n")}\n`;
}

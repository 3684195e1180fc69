import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** One property of a schema as the source has it: its doc comment, and the expression that is its own schema. */
interface Property {
  comment: string;
  value: ts.Expression;
  file: ts.SourceFile;
}
type Properties = Map<string, Property>;

const parsed = new Map<string, ts.SourceFile>();

export function parse(path: string): ts.SourceFile {
  const known = parsed.get(path);
  if (known) return known;
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  parsed.set(path, file);
  return file;
}

/** The doc comment in front of a declaration, as one paragraph. */
export function commentOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(doc?.comment) ?? "").replaceAll(/\s*\n\s*/g, " ").trim();
}

/** What a name stands for: a constant of this file, or one of ours that it imports. */
function resolve(name: string, file: ts.SourceFile): { value: ts.Expression; file: ts.SourceFile } | undefined {
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const found = statement.declarationList.declarations.find((each) => each.name.getText(file) === name);
      if (found?.initializer) return { value: found.initializer, file };
    }
    if (!ts.isImportDeclaration(statement)) continue;
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    const names = statement.importClause?.namedBindings;
    if (!from.startsWith(".") || !names || !ts.isNamedImports(names)) continue;
    const imported = names.elements.find((each) => each.name.text === name);
    const path = `${join(dirname(file.fileName), from)}.ts`;
    if (imported && existsSync(path)) return resolve((imported.propertyName ?? imported.name).text, parse(path));
  }
  return undefined;
}

/** The properties an expression gives to an object: through names, spreads, z.object, arrays, and calls chained to them. */
export function propertiesOf(value: ts.Expression, file: ts.SourceFile): Properties {
  if (ts.isIdentifier(value)) {
    const target = resolve(value.text, file);
    return target ? propertiesOf(target.value, target.file) : new Map();
  }
  if (ts.isObjectLiteralExpression(value)) return ofLiteral(value, file);
  if (!ts.isCallExpression(value) || !ts.isPropertyAccessExpression(value.expression)) return new Map();
  const { expression: receiver, name } = value.expression;
  if (receiver.getText(file) !== "z") {
    const own = propertiesOf(receiver, file);
    return name.text === "extend" ? merged([own, ...value.arguments.map((each) => propertiesOf(each, file))]) : own;
  }
  const parts = value.arguments.flatMap((each) => (ts.isArrayLiteralExpression(each) ? [...each.elements] : [each]));
  return merged(parts.map((each) => propertiesOf(each, file)));
}

function ofLiteral(literal: ts.ObjectLiteralExpression, file: ts.SourceFile): Properties {
  const found: Properties = new Map();
  for (const member of literal.properties) {
    if (ts.isSpreadAssignment(member)) {
      for (const [key, property] of propertiesOf(member.expression, file)) found.set(key, property);
    } else if (ts.isPropertyAssignment(member) || ts.isShorthandPropertyAssignment(member)) {
      const value = ts.isPropertyAssignment(member) ? member.initializer : member.name;
      found.set(member.name.getText(file), { comment: commentOf(member), value, file });
    } else if (ts.isMethodDeclaration(member)) {
      found.set(member.name.getText(file), { comment: commentOf(member), value: member.name as ts.Identifier, file });
    }
  }
  return found;
}

const merged = (all: Properties[]): Properties => new Map(all.flatMap((each) => [...each]));

/** The comment of a property some steps below a schema; empty where it has none. */
export function commentAt(properties: Properties, path: readonly string[]): string {
  const [first, ...rest] = path;
  const property = first === undefined ? undefined : properties.get(first);
  if (!property) return "";
  return rest.length === 0 ? property.comment : commentAt(propertiesOf(property.value, property.file), rest);
}

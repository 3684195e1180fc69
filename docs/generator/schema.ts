import { z } from "zod";

/** JSON schema, with what zod says of a value beyond it. */
export interface Shape {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  description?: string;
  examples?: unknown[];
  properties?: Record<string, Shape>;
  required?: string[];
  additionalProperties?: Shape | false;
  propertyNames?: Shape;
  items?: Shape;
  minItems?: number;
  anyOf?: Shape[];
  oneOf?: Shape[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  $ref?: string;
  /** The messages of its checks: the constraint in words. */
  rules?: string[];
}

interface Check {
  _zod: { def: { error?: (issue: object) => unknown } };
}

/** The schema of what is written, not of what the defaults make of it. */
export function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const { checks = [], error } = zodSchema._zod.def as unknown as { checks?: Check[] } & Check["_zod"]["def"];
      const messages = [...checks.map((check) => check._zod.def.error), error].map((message) => message?.({}));
      const rules = [...new Set(messages.filter((message) => typeof message === "string"))];
      if (rules.length > 0) (jsonSchema as Shape).rules = rules;
    },
  }) as Shape;
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

/** The type in a word or a few. */
export function typeText(shape: Shape): string {
  const { anyOf, oneOf, items, additionalProperties } = shape;
  if (shape.const !== undefined) return code(shape.const);
  if (shape.enum) return shape.enum.map(code).join(" or ");
  if (shape.$ref) return "any";
  if (anyOf || oneOf) {
    const texts = new Set((anyOf ?? oneOf ?? []).map(typeText));
    return texts.size > 3 ? "any" : [...texts].join(" or ");
  }
  if (items) return `list of ${typeText(items)}`;
  if (additionalProperties && !shape.properties) return `map of ${typeText(additionalProperties)}`;
  return shape.type ?? "any";
}

/** What a value must be like, in words: the schema's own messages first, bounds where it has none. */
export function constraintText(shape: Shape): string {
  const { minimum, maximum, maxLength, minItems, pattern, format, rules } = shape;
  // zod gives every integer these bounds.
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  const bounds = [
    least !== undefined && most !== undefined && `${least} to ${most}`,
    least !== undefined && most === undefined && `at least ${least}`,
    least === undefined && most !== undefined && `at most ${most}`,
    maxLength !== undefined && !rules && `at most ${maxLength} characters`,
    minItems !== undefined && `at least ${minItems}`,
    pattern !== undefined && !format && !rules && `as \`${pattern}\``,
    format === "ipv4" && "an IPv4 address",
    format === "cidrv4" && "an IPv4 network, as 10.0.0.0/24",
  ];
  const words = [...(rules ?? []), ...bounds.filter((bound) => bound !== false)];
  const inner = shape.items && !shape.items.properties ? constraintText(shape.items) : "";
  return [...words, ...(inner ? [`each: ${inner}`] : [])].join("; ");
}

export interface Row {
  path: string[];
  shape: Shape;
  /** Always, never, or in one variant of several, named by what sets it apart. */
  required: boolean | string;
}

/** Every property below an object, depth first: `[]` and `<name>` are not steps of the path but part of its last word. */
export function rowsOf(shape: Shape, path: string[] = []): Row[] {
  const objects = [shape, ...(shape.anyOf ?? []), ...(shape.oneOf ?? [])].filter(({ properties }) => properties);
  const rows = new Map<string, Row[]>();
  for (const object of objects) {
    for (const [key, inner] of Object.entries(object.properties ?? {})) {
      const here = [...path, key];
      const known = rows.get(key)?.[0]?.shape;
      const merged = known?.const !== undefined ? { enum: [known.const, inner.const] } : inner;
      const required = requiredIn(objects, key);
      rows.set(key, [{ path: here, shape: merged, required }, ...within(inner, here)]);
    }
  }
  return [...rows.values()].flat();
}

function requiredIn(objects: readonly Shape[], key: string): boolean | string {
  const needing = objects.filter((each) => each.required?.includes(key));
  if (needing.length === 0 || needing.length === objects.length) return needing.length > 0;
  return needing.map(formName).join(", ");
}

/** What sets a form apart: a constant, or the first key it must have. */
function formName({ properties, required }: Shape): string {
  const constant = Object.values(properties ?? {}).find((each) => each.const !== undefined);
  return constant ? code(constant.const) : `the form with \`${required?.[0]}\``;
}

function within(shape: Shape, path: string[]): Row[] {
  const last = path.at(-1) ?? "";
  const up = path.slice(0, -1);
  if (shape.items) return within(shape.items, [...up, `${last}[]`]);
  if (shape.additionalProperties && !shape.properties)
    return within(shape.additionalProperties, [...up, `${last}.<name>`]);
  return rowsOf(shape, path);
}

/** The names in a path, as the source of the schema has them. */
export const namesOf = (path: readonly string[]): string[] => path.map((step) => step.replace(/(\[\]|\.<name>)+$/, ""));

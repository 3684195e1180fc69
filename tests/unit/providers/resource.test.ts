import { z } from "zod";
import { type Definition, defineResource, type Schema } from "../../../providers/resource";

const definition: Definition<Schema, Schema> = {
  kind: "test:Kind",
  schema: z.object({ name: z.string(), size: z.int() }),
  outputs: z.object({ digest: z.string() }),
  identity: () => "it",
  where: () => "here",
  ledger: async () => {
    throw new Error("no ledger");
  },
  observe: async () => undefined,
  apply: async () => ({}),
  remove: async () => undefined,
};

describe("defineResource", () => {
  it("gives a class that carries its definition", () => {
    expect(defineResource(definition).definition.kind).toBe("test:Kind");
  });

  it("refuses an output named like an argument", () => {
    const outputs: Schema = z.object({ digest: z.string(), size: z.int() });
    expect(() => defineResource({ ...definition, outputs })).toThrow("test:Kind: size: an output cannot have the name");
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const host = join(__dirname, "../../../../lib/host");

test("what is shipped to hosts has every job", () => {
  const runner = readFileSync(join(host, "runner.ts"), "utf8");
  const lacking = readdirSync(join(host, "jobs")).filter(
    (file) => !runner.includes(`import "./jobs/${file.slice(0, -3)}";`),
  );
  expect(lacking).toEqual([]);
});

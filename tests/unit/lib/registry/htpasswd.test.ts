import { compareSync } from "bcryptjs";
import { renderHtpasswd } from "../../../../lib/registry/htpasswd";

const users = [
  { username: "site", password: "open sesame" },
  { username: "ops", password: "é".repeat(36) },
];
const hashes = (text: string) => text.trimEnd().split("\n");

test("a line for each user, whose password alone fits the hash", async () => {
  const lines = hashes(await renderHtpasswd(users, "site-dev"));
  expect(lines.map((line) => line.split(":")[0])).toEqual(["site", "ops"]);
  for (const [index, { password }] of users.entries()) {
    const hash = lines[index]?.split(":")[1] ?? "";
    expect(hash).toMatch(/^\$2b\$05\$.{53}$/);
    expect([compareSync(password, hash), compareSync(`${password.slice(0, -1)}x`, hash)]).toEqual([true, false]);
  }
});

test("the same bytes every time, others for another user, password or stack", async () => {
  const [user] = users as [(typeof users)[number]];
  const text = await renderHtpasswd([user], "site-dev");
  expect(await renderHtpasswd([user], "site-dev")).toBe(text);
  const salt = (line: string) => line.split("$")[3]?.slice(0, 22);
  const others = [
    await renderHtpasswd([{ ...user, username: "ops" }], "site-dev"),
    await renderHtpasswd([{ ...user, password: "other" }], "site-dev"),
    await renderHtpasswd([user], "site-other"),
  ];
  expect(new Set([text, ...others].map(salt)).size).toBe(4);
});

import { planWebServer, webImageFrom } from "../../../plan/web-server";

const content = { store: "/srv/content", port: 8080, keyGeneration: 1 };
const s390x = async () => "s390x" as const;
const base = { tag: "trixie-amd64", architecture: "amd64" as const, sources: [], packages: [], recipe: "sha256:0" };

test("the store is seen under its own path and cannot be written, and what is below served is handed out", () => {
  const server = planWebServer(content, "192.0.2.10", base);
  expect(server).toMatchObject({ url: "http://192.0.2.10:8080", image: { base } });
  expect(server.volumes).toContainEqual({ source: "/srv/content", target: "/srv/content", readOnly: true });
  expect(server.volumes.filter(({ readOnly }) => !readOnly)).toEqual([]);
  expect(server.file.content).toContain("root /srv/content/served;");
  expect(server.command).toContain(server.file.path);
});

test("another configuration is another revision, another port of the host is not", () => {
  const revision = (extra: object) => planWebServer({ ...content, ...extra }, "192.0.2.10", base).revision;
  expect(revision({ store: "/srv/other" })).not.toBe(revision({}));
  expect(revision({ port: 80 })).toBe(revision({}));
});

test("an image that the site has is not made", async () => {
  const image = `registry.example.org/nginx@sha256:${"a".repeat(64)}`;
  expect(await webImageFrom({ ...content, image }, s390x)).toEqual([]);
  expect(planWebServer({ ...content, image }, "192.0.2.10", undefined).image).toEqual({ reference: image });
  expect(await webImageFrom(content, s390x)).toMatchObject([{ architecture: "s390x", packages: ["nginx-light"] }]);
});

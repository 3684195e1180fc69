import { createArguments } from "../../../../lib/docker/container-arguments";
import { diffContainer, observedSpec, standingSpec } from "../../../../lib/docker/container-diff";
import type { LiveContainer } from "../../../../lib/docker/container-live";
import { type ContainerArgs, type ContainerSpec, containerSpecSchema } from "../../../../lib/docker/container-spec";

const image = `sha256:${"a".repeat(64)}`;
const specOf = (args: Partial<ContainerArgs> = {}): ContainerSpec =>
  containerSpecSchema.parse({ name: "one", image, ...args });

/** What Docker makes of the image alone. */
const plain: LiveContainer = {
  ...specOf(),
  id: `0123456789ab${"c".repeat(52)}`,
  state: "running",
  repoDigests: [`site/registry@sha256:${"d".repeat(64)}`],
  entrypoint: ["/bin/serve", "--flag"],
  command: ["all"],
  env: { PATH: "/bin", LANG: "C" },
  labels: { vendor: "debian" },
  stopSignal: "TERM",
  hostname: "0123456789ab",
  logRotation: { maxSize: "100m", maxFiles: 5 },
  cgroupNamespace: "private",
  defaults: {
    entrypoint: ["/bin/serve", "--flag"],
    command: ["all"],
    env: { PATH: "/bin", LANG: "C" },
    labels: { vendor: "debian" },
    stopSignal: "TERM",
    volumes: [],
  },
};

test.each<[string, Partial<ContainerArgs>, Partial<LiveContainer>]>([
  ["nothing set: all is the image's or the daemon's", {}, {}],
  ["values the image has too", { env: { LANG: "C" }, labels: { vendor: "debian" }, command: ["all"] }, {}],
  ["an entrypoint that drops the image's command", { entrypoint: "/x" }, { entrypoint: ["/x"], command: [] }],
  ["words of the entrypoint given as the command's", { entrypoint: "/bin/serve", command: ["--flag", "all"] }, {}],
  ["the image by digest", { image: plain.repoDigests[0] as string }, {}],
  [
    "capabilities written otherwise",
    { capabilities: { add: ["cap_net_admin"] } },
    { capabilities: { add: ["CAP_NET_ADMIN"], drop: [] } },
  ],
  ["a signal written otherwise", { stopSignal: "SIGTERM" }, {}],
  [
    "lists in another order",
    {
      ports: [
        { host: 1, container: 2 },
        { host: 3, container: 4 },
      ],
    },
    {
      ports: [
        { host: 3, container: 4, protocol: "tcp" },
        { host: 1, container: 2, protocol: "tcp" },
      ],
    },
  ],
  [
    "the hostname of the host it shares the network of",
    { networks: [{ name: "host" }] },
    { networks: [{ name: "host" }], hostname: "metal" },
  ],
])("no difference: %s", (_title, args, live) => {
  expect(diffContainer(specOf(args), { ...plain, ...live })).toEqual({ inPlace: [], recreate: [] });
  expect(observedSpec(specOf(args), { ...plain, ...live })).toEqual(specOf(args));
});

test.each<[string, Partial<ContainerArgs>, Partial<LiveContainer>, object]>([
  ["variable of the image changed", {}, { env: { PATH: "/bin", LANG: "de" } }, { recreate: ["env"] }],
  ["variable missing", { env: { A: "1" } }, {}, { recreate: ["env"] }],
  ["label added by hand", {}, { labels: { vendor: "debian", x: "y" } }, { recreate: ["labels"] }],
  ["another image", { image: `sha256:${"b".repeat(64)}` }, {}, { recreate: ["image"] }],
  ["another command", {}, { command: ["none"] }, { recreate: ["command"] }],
  ["rotation", { logRotation: { maxSize: "1m", maxFiles: 5 } }, {}, { recreate: ["logRotation"] }],
  ["a limit to move", { memory: 2 ** 26 }, { memory: 2 ** 27 }, { inPlace: ["memory"] }],
  ["a limit to take off", {}, { memory: 2 ** 27 }, { recreate: ["memory"] }],
  ["a network to join", { networks: [{ name: "bridge" }, { name: "b" }] }, {}, { inPlace: ["networks"] }],
  ["the host's network to leave", {}, { networks: [{ name: "host" }] }, { recreate: ["networks"] }],
  ["stopped", {}, { running: false }, { inPlace: ["running"] }],
  ["restart policy", { restart: "always" }, {}, { inPlace: ["restart"] }],
  ["hostname given by hand", {}, { hostname: "x" }, { recreate: ["hostname"] }],
  [
    "read-only taken off",
    { volumes: [{ source: "vol", target: "/v", readOnly: true }] },
    { volumes: [{ source: "vol", target: "/v", readOnly: false }] },
    { recreate: ["volumes"] },
  ],
])("a difference: %s", (_title, args, live, expected) => {
  const standing = { ...plain, ...live };
  expect(diffContainer(specOf(args), standing)).toEqual({ inPlace: [], recreate: [], ...expected });
  expect(observedSpec(specOf(args), standing)).not.toEqual(specOf(args));
  expect(diffContainer(standingSpec(standing), standing)).toEqual({ inPlace: [], recreate: [] });
});

test("what stands is told without what the image brings, but with what the spec repeats of it", () => {
  const live = { ...plain, env: { ...plain.env, MORE: "1" } };
  expect(standingSpec(live).env).toEqual({ MORE: "1" });
  expect(observedSpec(specOf({ env: { LANG: "C", GONE: "1" } }), live).env).toEqual({ LANG: "C", MORE: "1" });
});

test("the command line names variables nowhere: their values come by standard input", () => {
  const argv = createArguments(specOf({ env: { PASSWORD: "secret-value" }, command: ["run"] }));
  expect(argv.join(" ")).not.toMatch(/secret-value|PASSWORD/);
  expect(argv.slice(-2)).toEqual([image, "run"]);
  expect(createArguments(specOf())).not.toContain("--env-file");
});

test.each([
  ["registry:2", "image"],
  ["registry@sha256:abc", "image"],
])("an image that may change under us is refused: %s", (reference, path) => {
  const result = containerSpecSchema.safeParse({ name: "one", image: reference });
  expect(result.error?.issues[0]?.path).toEqual([path]);
});

test("a variable of two lines is refused, because an env file cannot hold it", () => {
  expect(containerSpecSchema.safeParse({ name: "one", image, env: { A: "1\n2" } }).success).toBe(false);
});

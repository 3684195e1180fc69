// scripts/pending.cjs: makes resources of the creates that a killed pulumi had in flight, so that a destroy removes them.
//
// The state knows them only as pending operations, with their arguments. As resources they are looked at like all others:
// what never came to be drops out, and what carries our mark is removed. Creates of other providers are left as they are.
"use strict";
const { spawnSync } = require("node:child_process");

function pulumi(argv, input) {
  const { status, stdout, stderr } = spawnSync("pulumi", [...argv, "--non-interactive"], { input, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`pulumi ${argv.join(" ")} failed: ${stderr}`);
  return stdout.toString();
}

const isOurs = ({ type, resource }) => type === "creating" && resource.type.startsWith("pulumi-nodejs:dynamic/");

/** As if the create had failed half-way. Its ID is for messages only: the real one is made of the arguments. */
function unfinished({ resource }) {
  const { urn, inputs } = resource;
  return {
    ...resource,
    id: urn.split("::").at(-1),
    outputs: inputs,
    initErrors: ["it was killed while it was created"],
  };
}

/** The deployment with its pending creates among the resources; undefined where there are none of ours. */
function withPending(deployment) {
  const { pending_operations: pending = [], resources = [] } = deployment;
  const created = pending.filter(isOurs).map(unfinished);
  if (created.length === 0) return undefined;
  const anew = new Set(created.map(({ urn }) => urn));
  // One that was to be replaced stands until the new one is there, under the same URN.
  const replaced = resources.map((each) => (anew.has(each.urn) ? { ...each, delete: true } : each));
  const left = pending.filter((each) => !isOurs(each));
  return { ...deployment, resources: [...replaced, ...created], pending_operations: left };
}

const state = JSON.parse(pulumi(["stack", "export"]));
const deployment = withPending(state.deployment);
if (deployment) {
  console.error("Taking up what a killed run was creating");
  pulumi(["stack", "import"], JSON.stringify({ ...state, deployment }));
}

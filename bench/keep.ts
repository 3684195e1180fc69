import { ours, stub, files } from "./support/project";
const n = Number(process.argv[2]);
const [a, b] = [ours(files(n, "/tmp/bench-keep")), stub("preloaded", n)];
a.run("up"); b.run("up");
console.log(a.files.root, b.files.root);
console.log(a.checkpoint().bytes, b.checkpoint().bytes);
console.log(JSON.stringify(a.checkpoint().resources[5]), JSON.stringify(b.checkpoint().resources[5]));

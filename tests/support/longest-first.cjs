const Sequencer = require("@jest/test-sequencer").default;

/** Seconds that a file takes where no run before this one has told: sweeps and stacks first, so that none is alone at the end. */
const GUESSES = [
  [/crash\/adopt\.full/, 2400],
  [/crash\/.*\.full/, 1200],
  [/contract\/(crash|cli)\//, 120],
  [/\.full\.ts$/, 100],
  [/tests\/real\/(lab|site)\//, 80],
  [/tests\/contract\//, 60],
  [/tests\/real\//, 30],
];

const secondsOf = ({ path, duration }) =>
  duration === undefined ? (GUESSES.find(([pattern]) => pattern.test(path))?.[1] ?? 2) : duration / 1000;

/** Jest would begin with the largest files, and ours that take longest are small. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => secondsOf(b) - secondsOf(a));
  }
};

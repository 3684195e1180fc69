// The program, as Pulumi starts it (package.json, main).
module.exports = require("./load.cjs").load("program");

// Node 20 takes an entry file only by the endings it knows; require() asks ts-node first. The script sees its own name in argv.
const { resolve } = require("node:path");
process.argv.splice(1, 1);
require(resolve(/** @type {string} */ (process.argv[1])));

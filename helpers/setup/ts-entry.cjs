// Node 20 takes an entry file only by the endings it knows; require() asks ts-node first. The script sees its own name in argv.
process.argv.splice(1, 1);
require(/** @type {string} */ (process.argv[1]));

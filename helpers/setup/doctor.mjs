import { dependencyProblem } from "./dependencies.mjs";
import { enginesRange, satisfies } from "./node-version.mjs";
import { pythonProblem } from "./python.mjs";
import { isMain, runMain } from "./setup-error.mjs";

/**
 * `npm run doctor`. Installs nothing: where too little is there to run the real one, this says what is missing.
 * @param {string[]} args
 */
export async function doctor(args) {
  const node = satisfies(process.versions.node, enginesRange())
    ? undefined
    : `version ${process.versions.node}; needed: ${enginesRange()}`;
  const npm = dependencyProblem();
  if (node === undefined && npm === undefined) {
    const { mmLab } = await import("./mm-lab.mjs");
    return mmLab(["doctor", ...args]);
  }
  const findings = [
    ["Node", node],
    ["npm packages", npm],
    [".venv", pythonProblem()],
  ].map(([what, problem]) => ({
    what,
    found: problem ?? "in order",
    state: problem === undefined ? "good" : "broken",
    meaning:
      problem === undefined
        ? ""
        : what === "Node"
          ? "install a current Node from https://nodejs.org"
          : "run `npm start`, which installs it",
  }));
  if (args.includes("--json")) console.log(JSON.stringify({ ok: false, findings }, undefined, 1));
  else
    for (const { what, found, meaning } of findings)
      console.log(`${what}: ${found}${meaning === "" ? "" : ` (${meaning})`}`);
  return 1;
}

if (isMain(import.meta.url)) await runMain(() => doctor(process.argv.slice(2)));

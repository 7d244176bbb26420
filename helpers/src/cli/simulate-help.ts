import { defaultText, mechanisms, type Mechanism } from "@mm-lab/kernel-model";

const EXAMPLES = `
  npx mm-lab simulate ksm -p pages=100000 -p unique=0.28 -p duplicate=0.72 --format csv
  npx mm-lab simulate ksm --workload data/live/ksm-6.18.json --case volatile_2_3_5
  npx mm-lab simulate zswap leak -p shrinkDelayMs=10`;

const WIDTH = 36;

/** All mechanisms; or the runs of the one that is named, with their parameters. */
export async function simulateHelp([named]: readonly string[]): Promise<string> {
  const mechanism = mechanisms.find(({ name }) => name === named);
  if (mechanism !== undefined) return `${mechanism.title}\n\n${await describeRuns(mechanism)}`;
  const rows = mechanisms.map(({ name, title, runs }) => `${name}: ${title}\n  runs: ${Object.keys(runs).join(", ")}`);
  return [
    "Without RUN it is the mechanism's first. `mm-lab simulate MECHANISM --help` lists the parameters.",
    ...rows,
    EXAMPLES.slice(1),
  ].join("\n\n");
}

async function describeRuns({ name, runs }: Mechanism): Promise<string> {
  const texts = Object.entries(runs).map(async ([runName, load]) => {
    const { title, parameters } = (await load()).run;
    const lines = Object.entries(parameters.parameters).map(([parameter, described]) => {
      const { meaning, accepted } = described;
      return `  ${parameter.padEnd(WIDTH)} ${meaning}\n  ${"".padEnd(WIDTH)} ${accepted}; default ${defaultText(described)}`;
    });
    return [`${name} ${runName}: ${title}`, ...lines].join("\n");
  });
  return (await Promise.all(texts)).join("\n\n");
}

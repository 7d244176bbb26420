/** Writes the table of topics into README.md, every claim judged anew: `node helpers/setup/script.mjs helpers/scripts/readme.cts`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { judgeClaims, root, topicsTable } from "@mm-lab/helpers";

const file = join(root, "README.md");
const text = readFileSync(file, "utf8");
const block = /(<!-- topics:begin[^>]*-->\n)[\s\S]*?(<!-- topics:end -->)/;
if (!block.test(text)) throw new Error("README.md has no topics:begin and topics:end marks: restore them");
void judgeClaims().then((judged) => {
  const table = topicsTable(judged);
  writeFileSync(
    file,
    text.replace(block, (_all, begin: string, end: string) => `${begin}${table}\n${end}`),
  );
  console.log("README.md: topics written");
});

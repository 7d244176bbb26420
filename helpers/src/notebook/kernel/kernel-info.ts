import { createRequire } from "node:module";

/** The answer to Jupyter's first question. */
export function kernelInfo(): object {
  return {
    status: "ok",
    protocol_version: "5.3",
    implementation: "mm-lab on tslab",
    implementation_version: versionOf("tslab"),
    banner: "mm-lab: TypeScript with the kernel model. Tab completes, shift-tab explains.",
    language_info: languageInfo(),
    help_links: [],
  };
}

/** The language part of it, which JupyterLab stores in every notebook it opens. */
export function languageInfo(): object {
  return {
    name: "typescript",
    version: versionOf("@tslab/typescript-for-tslab"),
    mimetype: "text/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    // JupyterLab goes by the MIME type, the classic notebook by this.
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
  };
}

function versionOf(packageName: string): string {
  const require = createRequire(import.meta.url);
  const tslab = require.resolve("tslab/package.json");
  const { version } = createRequire(tslab)(packageName === "tslab" ? tslab : `${packageName}/package.json`) as {
    version: string;
  };
  return version;
}

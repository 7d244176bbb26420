import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The root of kernel-model: all of its index, and each mechanism of the registry as a namespace. To import a mechanism takes
 * a while, and thirty take a second: the declarations name them all, and the JavaScript loads one when it is first used.
 * (`import defer` will do this once Node has it.) Written by the build, since no source can be both.
 */
const FOLDER = join("kernel-model", "dist");

/** A line of mechanisms/registry.ts: the namespace, and the folder. */
const LINE = /^export \{ (\w+) \} from "\.\/([a-z][a-z0-9-]*)\/mechanism\.js";$/gm;

/** @param {string} root */
export function rootOutputs(root) {
  return ["root.js", "root.d.ts"].map((name) => join(root, FOLDER, name));
}

/**
 * Writes the root, where it is not as it should be: the compiler looks at the time of what it reads.
 * @param {string} root
 */
export function writeRootModule(root) {
  const mechanisms = [...registryText(root).matchAll(LINE)].map(([, name, folder]) => ({
    name: /** @type {string} */ (name),
    path: `./mechanisms/${folder}/index.js`,
  }));
  const texts = [javaScript(mechanisms), declarations(mechanisms)];
  mkdirSync(join(root, FOLDER), { recursive: true });
  for (const [i, path] of rootOutputs(root).entries()) {
    const text = /** @type {string} */ (texts[i]);
    if (read(path) !== text) writeFileSync(path, text);
  }
}

/** @param {string} root */
function registryText(root) {
  return read(join(root, "kernel-model", "src", "mechanisms", "registry.ts")) ?? "";
}

/** @typedef {readonly { readonly name: string, readonly path: string }[]} Namespaces */

/** @param {Namespaces} namespaces */
function declarations(namespaces) {
  return [
    'export * from "./index.js";',
    ...namespaces.map(({ name, path }) => `export * as ${name} from "${path}";`),
    "",
  ].join("\n");
}

/** @param {Namespaces} namespaces */
function javaScript(namespaces) {
  return `// Written by the build: a mechanism is loaded when its namespace is first used.
import { createRequire } from "node:module";
export * from "./index.js";
${namespaces.map(({ name, path }) => `export const ${name} = namespace("${path}");\n`).join("")}
/** Looks like \`import * as\` of the module, which is loaded at the first look. */
function namespace(path) {
  const require = createRequire(import.meta.url);
  let loaded;
  const module = () => (loaded ??= require(path));
  return new Proxy(Object.create(null), {
    get: (_target, name) => module()[name],
    has: (_target, name) => name in module(),
    ownKeys: () => Reflect.ownKeys(module()),
    getOwnPropertyDescriptor(_target, name) {
      const found = Reflect.getOwnPropertyDescriptor(module(), name);
      // A proxy may call only that fixed which its target has too.
      return found && { ...found, configurable: true };
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}
`;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

import { isDeepStrictEqual } from "node:util";
import ts from "typescript";

/** The constructor of asynchronous functions, which has no name of its own. */
// eslint-disable-next-line @typescript-eslint/require-await
const AsyncFunction = (async () => undefined).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<unknown>;

/** Where an example's claims end up: one function of its scope. */
const CLAIM = "claimed$";

/**
 * Runs an example of the documentation with the names of a scope. A line `value; // => expected` is a claim: both sides are
 * evaluated and must be equal. Names that the example declares itself hide those of the scope; imports are dropped.
 */
export async function runExample(code: string, scope: Readonly<Record<string, unknown>>): Promise<number> {
  let claims = 0;
  const claim = (found: unknown, expected: unknown, line: string): void => {
    claims++;
    if (!isDeepStrictEqual(found, expected))
      throw new Error(`the example says\n  ${line}\nbut the value is ${JSON.stringify(found)}`);
  };
  const body = code
    .replace(/^import\s[^;]*;$/gm, "")
    .split("\n")
    .map(checked)
    .join("\n");
  const { outputText } = ts.transpileModule(body, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const names = Object.keys(scope).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && !declares(code, name));
  await new AsyncFunction(CLAIM, ...names, outputText)(claim, ...names.map((name) => scope[name]));
  return claims;
}

/** A claim as a call; other lines as they are. */
function checked(line: string): string {
  const [, value, expected] = /^(\S.*?);\s*\/\/ => (.+)$/.exec(line) ?? [];
  return value === undefined ? line : `${CLAIM}(${value}, ${expected!}, ${JSON.stringify(line)});`;
}

function declares(code: string, name: string): boolean {
  return new RegExp(`(?:const|let|function\\*?)\\s+(?:\\{[^}]*)?\\b${name.replaceAll("$", "\\$")}\\b`).test(code);
}

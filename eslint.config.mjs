import tseslint from "typescript-eslint";

const BARE_YIELD = {
  selector: ':function[returnType.typeAnnotation.typeName.name="Path"] YieldExpression[delegate=false]',
  message: "Write `yield* primitive(...)`: a bare yield has no typed result.",
};
const ANY_VIOLATION = {
  selector: 'CallExpression[callee.property.name=/^to(Be|Equal)$/] > Literal.arguments[value="violated"]',
  message: 'Say what is violated, e.g. `expect(outcome(verdict)).toBe("violated (none is lost)")`.',
};
/** Numbers become text in one place, so that all of them read alike. */
const NUMBERS_AS_TEXT = ["toFixed", "toLocaleString"].map((property) => ({
  property,
  message: "Use formatNumber, formatWithUnit or percent (kernel-model/src/base/numbers.ts).",
}));

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "**/node_modules/**",
      ".venv/**",
      ".mm-lab/**",
      "export/**",
      "data/**",
      "notebooks/**",
      "kernel-model/template/**",
    ],
  },
  {
    files: ["kernel-model/**/*.ts", "helpers/**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/ban-ts-comment": [
        "error",
        { "ts-ignore": "allow-with-description", "ts-expect-error": "allow-with-description" },
      ],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
  {
    // A model is deterministic: time and chance are passed in.
    files: ["kernel-model/src/**/*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Use base/random with a seed." },
        { object: "Date", property: "now", message: "Time is virtual: take it from the host." },
        ...NUMBERS_AS_TEXT,
      ],
      "no-restricted-globals": ["error", "process", "performance", "setTimeout", "fetch"],
    },
  },
  { files: ["helpers/src/**/*.ts"], rules: { "no-restricted-properties": ["error", ...NUMBERS_AS_TEXT] } },
  {
    // Whatever takes part in a program yields through primitives only, so that each step keeps its own result type.
    files: ["kernel-model/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", BARE_YIELD] },
  },
  {
    // A program can be violated for another reason than the one that a test is about.
    files: ["kernel-model/test/**/*.ts", "helpers/test/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", BARE_YIELD, ANY_VIOLATION] },
  },
);

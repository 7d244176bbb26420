/** What a compiled cell does with the names that cells declare: it reads and writes them as `exports.name`. */
export interface NamesUsed {
  /** Every name that is read. */
  readonly used: ReadonlySet<string>;
  /** Names in whose value something is set or called: `exports.limits.max = 1`, `exports.list.push(1)`. */
  readonly setWithin: ReadonlySet<string>;
  readonly calledWithin: ReadonlySet<string>;
}

interface Node {
  readonly kind: number;
  readonly text?: string;
  readonly expression?: Node;
  readonly name?: Node;
  readonly argumentExpression?: Node;
  readonly left?: Node;
  readonly operand?: Node;
  readonly operator?: number;
  readonly operatorToken?: Node;
}

/** What of TypeScript's interface for syntax trees is needed here. */
export interface ParseTools {
  createSourceFile(name: string, text: string, target: number, setParents: boolean): object;
  forEachChild(node: Node, visit: (child: Node) => void): void;
  readonly SyntaxKind: Readonly<
    Record<
      | "PropertyAccessExpression"
      | "ElementAccessExpression"
      | "Identifier"
      | "StringLiteral"
      | "CallExpression"
      | "BinaryExpression"
      | "PrefixUnaryExpression"
      | "PostfixUnaryExpression"
      | "DeleteExpression"
      | "FirstAssignment"
      | "LastAssignment"
      | "PlusPlusToken"
      | "MinusMinusToken",
      number
    >
  >;
}

const ES2022 = 9;

/** Reads compiled code. O(its length). */
export function exportedNames(code: string, typescript: ParseTools): NamesUsed {
  const { SyntaxKind: kind } = typescript;
  const [used, setWithin, calledWithin] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const isAccess = (node: Node): boolean =>
    node.kind === kind.PropertyAccessExpression || node.kind === kind.ElementAccessExpression;

  /** `exports.name` itself. */
  function nameOf(node: Node): string | undefined {
    if (!isAccess(node) || node.expression?.kind !== kind.Identifier || node.expression.text !== "exports")
      return undefined;
    const key = node.name ?? node.argumentExpression;
    return key?.kind === kind.Identifier || key?.kind === kind.StringLiteral ? key.text : undefined;
  }

  /** The name below whose value the node lies: `list` for `exports.list.items[0]`. */
  function rootOf(node: Node | undefined): string | undefined {
    for (let at = node; at !== undefined && isAccess(at); at = at.expression) {
      const name = nameOf(at);
      if (name !== undefined) return at === node ? undefined : name;
    }
    return undefined;
  }

  const add = (set: Set<string>, name: string | undefined): void => {
    if (name !== undefined) set.add(name);
  };
  const targets = new Set<Node>();
  const visit = (node: Node): void => {
    if (!targets.has(node)) add(used, nameOf(node));
    // `exports.name = value` reads nothing; `exports.name += value` does.
    if (node.kind === kind.BinaryExpression && node.operatorToken!.kind === kind.FirstAssignment)
      targets.add(node.left!);
    const assigns =
      node.kind === kind.BinaryExpression &&
      node.operatorToken!.kind >= kind.FirstAssignment &&
      node.operatorToken!.kind <= kind.LastAssignment;
    const steps =
      (node.kind === kind.PrefixUnaryExpression || node.kind === kind.PostfixUnaryExpression) &&
      (node.operator === kind.PlusPlusToken || node.operator === kind.MinusMinusToken);
    if (assigns) add(setWithin, rootOf(node.left));
    if (steps) add(setWithin, rootOf(node.operand));
    if (node.kind === kind.DeleteExpression) add(setWithin, rootOf(node.expression));
    if (node.kind === kind.CallExpression) add(calledWithin, rootOf(node.expression));
    typescript.forEachChild(node, visit);
  };
  visit(typescript.createSourceFile("cell.js", code, ES2022, false) as Node);
  return { used, setWithin, calledWithin };
}

type Node = object;

interface Shorthand {
  readonly name: Identifier;
  /** Of `{ a = 1 } = b`. */
  readonly objectAssignmentInitializer?: Node;
}

interface Identifier {
  readonly text: string;
  readonly parent?: Node;
}

interface Checker {
  getSymbolAtLocation(node: Node): object | undefined;
  getShorthandAssignmentValueSymbol(node: Node): object | undefined;
}

/** What of TypeScript's interface is needed here. */
export interface ShorthandTools {
  readonly isShorthandPropertyAssignment: (node: Node) => boolean;
  readonly visitEachChild: (node: Node, visit: (child: Node) => Node, context: unknown) => Node;
  readonly factory: {
    readonly createIdentifier: (name: string) => Node;
    readonly createPropertyAssignment: (name: Node, value: Node) => Node;
    readonly createAssignment: (target: Node, value: Node) => Node;
  };
}

/**
 * tslab turns a variable `x` of an earlier cell into `exports.x`, but overlooks it in `{ x }`: there it asks for the symbol of
 * the property and not of the variable, and the cell ends with "x is not defined". Both halves are mended here: the checker
 * answers with the variable, and `{ x }` becomes `{ x: exports.x }`.
 */
export function nameTheVariable(checker: Checker, { isShorthandPropertyAssignment }: ShorthandTools): void {
  const symbolAt = checker.getSymbolAtLocation.bind(checker);
  checker.getSymbolAtLocation = (node) => {
    const { parent } = node as Partial<Identifier>;
    const variable =
      parent !== undefined && isShorthandPropertyAssignment(parent) && (parent as Shorthand).name === node
        ? checker.getShorthandAssignmentValueSymbol(parent)
        : undefined;
    return variable ?? symbolAt(node);
  };
}

/** TypeScript's visitEachChild, which writes a shorthand property out if the visitor replaces its variable. */
export function visitingShorthands({
  isShorthandPropertyAssignment,
  visitEachChild,
  factory,
}: ShorthandTools): ShorthandTools["visitEachChild"] {
  return (node, visit, context) => {
    if (!isShorthandPropertyAssignment(node)) return visitEachChild(node, visit, context);
    const { name, objectAssignmentInitializer } = node as Shorthand;
    const value = visit(name);
    if (value === name) return visitEachChild(node, visit, context);
    const target =
      objectAssignmentInitializer === undefined
        ? value
        : factory.createAssignment(value, visit(objectAssignmentInitializer));
    return factory.createPropertyAssignment(factory.createIdentifier(name.text), target);
  };
}

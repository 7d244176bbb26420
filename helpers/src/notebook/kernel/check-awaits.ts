/** The names under which a cell's code finds the two halves of the check; see `session.ts`. */
export const BEFORE_AWAIT = "__mmLabBeforeAwait";
export const AFTER_AWAIT = "__mmLabAfterAwait";

type Node = object;

/** What of TypeScript's interface for syntax trees is needed here. */
export interface AstTools {
  readonly isAwaitExpression: (node: Node) => boolean;
  readonly visitEachChild: (node: Node, visit: (child: Node) => Node, context: unknown) => Node;
  readonly factory: {
    readonly createIdentifier: (name: string) => Node;
    readonly createCallExpression: (callee: Node, types: undefined, args: readonly Node[]) => Node;
  };
}

/**
 * A transformer that turns `await x` into `after(before(), await x)`. `before` remembers which cell is running; if that cell was
 * interrupted meanwhile, `after` throws, so that code that was given up does not go on behind the user's back.
 */
export function checkAwaits({ isAwaitExpression, visitEachChild, factory }: AstTools) {
  const call = (name: string, args: readonly Node[]): Node =>
    factory.createCallExpression(factory.createIdentifier(name), undefined, args);
  return (context: unknown) =>
    (file: Node): Node => {
      const visit = (node: Node): Node => {
        const visited = visitEachChild(node, visit, context);
        return isAwaitExpression(node) ? call(AFTER_AWAIT, [call(BEFORE_AWAIT, []), visited]) : visited;
      };
      return visit(file);
    };
}

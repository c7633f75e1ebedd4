import type { Expr } from '../syntax.ts';
import type { CelType } from '../types.ts';
import type { Range } from './ranges.ts';

/** A part of an expression, as estimates of calls look at it. */
export interface CostNode {
  type: CelType;
  expr?: Expr;
  /** How a variable leads to it: the variable, fields, `@items`, `@values`, `@keys`. */
  path?: readonly string[];
  /** What is known of its size. */
  size?: Range;
}

/** A call: what it costs without its arguments, and how large its result is where that is known. */
export interface CallEstimate {
  cost: Range;
  size?: Range;
}

export interface CallNodes {
  name: string;
  target: CostNode | undefined;
  args: readonly CostNode[];
  /** The declared types of the way in which it is called, the receiver first. */
  declared: readonly CelType[];
  /** The size of a node: known, else by its path, else unknown. */
  sizeOf(node: CostNode): Range;
}

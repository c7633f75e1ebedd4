/**
 * The syntax tree of kubectl's JSONPath dialect. A template is a list of texts and lists; each `{...}` is one
 * list, whose results are printed with spaces between them. `range` and `end` are steps like others, and bind
 * only when the template runs.
 */
export type TemplatePart = { type: 'text'; text: string } | { type: 'list'; steps: PathStep[] };

/** One of the three numbers of `[start:end:step]`. */
export interface SliceBound {
  value: number;
  isKnown: boolean;
}

export type PathStep =
  | { type: 'text'; text: string }
  | { type: 'field'; name: string }
  /** `isSingle`: only the start was said, so that the end is the next index. */
  | { type: 'slice'; start: SliceBound; end: SliceBound; step: SliceBound; isSingle: boolean }
  | { type: 'wildcard' }
  | { type: 'recursive' }
  | { type: 'literal'; value: number | boolean | FloatLiteral }
  | { type: 'union'; branches: PathStep[][] }
  | { type: 'filter'; left: PathStep[]; operator: string; right: PathStep[] }
  | { type: 'word'; word: string };

/** A number that was written with a point: Go keeps it apart from whole numbers when it compares. */
export class FloatLiteral {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What is wrong with a template, or with the object it met, without the words that callers put before it. */
export class PathError extends Error {}

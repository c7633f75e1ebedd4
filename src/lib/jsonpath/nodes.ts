/**
 * The syntax tree of kubectl's JSONPath dialect. A template is a list of parts; each `{...}` without
 * text or `range` in it is one `path`, whose results are printed with spaces between them.
 */
export type TemplatePart =
  | { type: 'text'; text: string }
  | { type: 'path'; steps: PathStep[] }
  | { type: 'range'; steps: PathStep[]; body: TemplatePart[] };

export type PathStep =
  | { type: 'field'; name: string }
  | { type: 'slice'; start: number | undefined; end: number | undefined; step: number | undefined; single: boolean }
  | { type: 'wildcard' }
  | { type: 'recursive' }
  | { type: 'literal'; value: string | number | boolean; isFloat: boolean }
  | { type: 'union'; branches: PathStep[][] }
  | { type: 'filter'; left: PathStep[]; operator: string; right: PathStep[] };

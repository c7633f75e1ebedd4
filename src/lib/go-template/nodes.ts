/** The tree of a template of Go's text/template. `source` and `at` (line:column) are for messages. */
export type TemplateNode =
  | { type: 'text'; text: string }
  | { type: 'action'; pipe: Pipe }
  | { type: 'if' | 'with' | 'range'; pipe: Pipe; body: TemplateNode[]; otherwise: TemplateNode[] }
  | { type: 'template'; name: string; pipe: Pipe | undefined; at: string }
  | { type: 'break' | 'continue' };

export interface Pipe {
  /** Variables with their `$`; two of them in `range $key, $value := ...`. */
  variables: string[];
  /** `=` and not `:=`. */
  assigns: boolean;
  commands: Command[];
  source: string;
  at: string;
}

export interface Command {
  operands: Operand[];
  source: string;
  at: string;
}

export type Operand = { source: string; at: string } & (
  | { type: 'literal'; value: unknown }
  | { type: 'dot' }
  | { type: 'nil' }
  | { type: 'field'; path: string[] }
  | { type: 'variable'; name: string; path: string[] }
  | { type: 'function'; name: string }
  | { type: 'pipe'; pipe: Pipe; path: string[] }
);

/** What is wrong with a template, or with the data it met; the message begins with `template: output:`. */
export class TemplateError extends Error {}

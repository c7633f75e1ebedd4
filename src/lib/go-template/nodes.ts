/** The tree of a template of Go's text/template. `at` is where a node stands in the text, for messages. */
interface Placed {
  at: number;
}

export type TemplateNode =
  | { type: 'text'; text: string; at: number }
  | { type: 'action'; pipe: Pipe; at: number }
  | {
      type: 'if' | 'with' | 'range';
      pipe: Pipe;
      body: TemplateNode[];
      otherwise: TemplateNode[] | undefined;
      at: number;
    }
  | { type: 'template'; name: string; pipe: Pipe | undefined; at: number }
  | { type: 'break' | 'continue'; at: number };

export interface Variable extends Placed {
  type: 'variable';
  /** The name with its `$`, then fields. */
  path: string[];
}

export interface Pipe extends Placed {
  type: 'pipe';
  variables: Variable[];
  /** `=` and not `:=`. */
  assigns: boolean;
  commands: Command[];
}

export interface Command extends Placed {
  type: 'command';
  operands: Operand[];
}

export type Operand =
  | Variable
  | Pipe
  | { type: 'bool'; value: boolean; at: number }
  | { type: 'dot' | 'nil'; at: number }
  | { type: 'field'; path: string[]; at: number }
  | { type: 'chain'; operand: Operand; path: string[]; at: number }
  | { type: 'function'; name: string; at: number }
  | { type: 'number'; value: GoNumber; text: string; at: number }
  | { type: 'string'; text: string; quoted: string; at: number };

/** A number whose type in Go is not that of data: a constant of the template, or what a function gives. */
export class GoNumber {
  readonly kind: 'int' | 'float64' | 'uint8';
  readonly value: number;

  constructor(kind: 'int' | 'float64' | 'uint8', value: number) {
    this.kind = kind;
    this.value = value;
  }
}

/** What is wrong with a template, or with the data it met; the message begins with `template: output:`. */
export class TemplateError extends Error {
  /** What had been printed when it went wrong. */
  output = '';
}

/** A node as Go writes it into messages. */
export function nodeText(node: TemplateNode | Operand | Command): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'action':
      return `{{${nodeText(node.pipe)}}}`;
    case 'template':
      return `{{template ${JSON.stringify(node.name)}${node.pipe ? ` ${nodeText(node.pipe)}` : ''}}}`;
    case 'if':
    case 'with':
    case 'range':
      return controlText(node);
    case 'break':
    case 'continue':
      return `{{${node.type}}}`;
    case 'pipe': {
      const names = node.variables.map(nodeText).join(', ');
      const declared = names === '' ? '' : `${names} ${node.assigns ? '=' : ':='} `;
      return declared + node.commands.map(nodeText).join(' | ');
    }
    case 'command':
      return node.operands.map(operandText).join(' ');
    case 'chain':
      return [operandText(node.operand), ...node.path].join('.');
    default:
      return leafText(node);
  }
}

function controlText(node: Extract<TemplateNode, { body: unknown }>): string {
  const text = (nodes: readonly TemplateNode[]) => nodes.map(nodeText).join('');
  const otherwise = node.otherwise ? `{{else}}${text(node.otherwise)}` : '';
  return `{{${node.type} ${nodeText(node.pipe)}}}${text(node.body)}${otherwise}{{end}}`;
}

function operandText(node: Operand): string {
  return node.type === 'pipe' ? `(${nodeText(node)})` : nodeText(node);
}

function leafText(node: Exclude<Operand, Pipe | { type: 'chain' }>): string {
  switch (node.type) {
    case 'variable':
      return node.path.join('.');
    case 'field':
      return node.path.map((name) => `.${name}`).join('');
    case 'function':
      return node.name;
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'bool':
      return String(node.value);
    default:
      return node.type === 'dot' ? '.' : 'nil';
  }
}

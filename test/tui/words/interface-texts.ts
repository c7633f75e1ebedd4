import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { actions } from '../../../src/tui/actions/registry.ts';
import { dashboardCommands } from '../../../src/tui/commands/registry.ts';

const source = join(import.meta.dirname, '..', '..', '..', 'src');

/** Calls whose text is read by people, and which of their arguments that is. */
const telling: Readonly<Record<string, number>> = {
  say: 0,
  sayAssembled: 0,
  toast: 1,
  textField: 1,
  notice: 0,
  block: 0,
};
/** Fields of questions and lists that are read by people, and said where they are drawn. */
const toldFields = new Set([
  'title',
  'confirmLabel',
  'label',
  'about',
  'hint',
  'content',
  'page',
  'options',
  'done',
  'notes',
]);

/** Other folders that put together what the dashboard shows, which it recognises by its words. */
const assembling: readonly string[] = [
  'commands/preview',
  'commands/node/drain-filters.ts',
  'store/rollout/status.ts',
  'store/rollout/failures.ts',
];

export interface InterfaceText {
  /** Values are called `{1}`, `{2}` where the code puts a text together by itself. */
  text: string;
  file: string;
  /** Code hands it to what says it in the user's language. */
  isSaid: boolean;
}

/** Every text that the dashboard says: what the code says by `say` and by messages, and what its tables hold. */
export function interfaceTexts(): InterfaceText[] {
  const found: InterfaceText[] = [];
  for (const file of filesIn('tui')) {
    // A report is for whoever it is given to, and they read English.
    if (!/^tui\/(?:words\/|replay\/bundle)/.test(file)) found.push(...textsOf(file));
  }
  for (const folder of assembling) for (const file of filesIn(folder)) found.push(...textsOf(file));
  for (const { label, group } of actions.values()) {
    for (const text of [label, group]) found.push({ text, file: 'tui/actions', isSaid: true });
  }
  for (const { about } of dashboardCommands) found.push({ text: about, file: 'tui/commands', isSaid: true });
  // Names of views, where an action is offered in some only.
  const isView = (text: string) => /^(?:table|document|logs|page)(?:\/|$)/.test(text) && text !== 'logs';
  return found.filter(({ text }) => /\p{L}{2}/u.test(text) && !isView(text));
}

function filesIn(place: string): string[] {
  if (/\.tsx?$/.test(place)) return [place];
  return (readdirSync(join(source, place), { recursive: true }) as string[])
    .filter((file) => /\.tsx?$/.test(file))
    .sort()
    .map((file) => `${place}/${file.replaceAll('\\', '/')}`);
}

function textsOf(file: string): InterfaceText[] {
  const tree = ts.createSourceFile(file, readFileSync(join(source, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: InterfaceText[] = [];
  const said = new Set<ts.Node>();
  const take = (node: ts.Node | undefined): void => {
    if (!node) return;
    if (isText(node)) {
      said.add(node);
      found.push({ text: textOf(node), file, isSaid: true });
    } else if (ts.isConditionalExpression(node)) {
      take(node.whenTrue);
      take(node.whenFalse);
    } else if (ts.isParenthesizedExpression(node)) take(node.expression);
    else if (ts.isSpreadElement(node)) take(node.expression);
    else if (ts.isArrayLiteralExpression(node)) for (const one of node.elements) take(one);
    else if (ts.isBinaryExpression(node)) {
      take(node.left);
      take(node.right);
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    // What is typed behind a word of the command line.
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'usage') return;
    if (ts.isCallExpression(node)) {
      const called = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name.text
        : node.expression.getText();
      const at = telling[called];
      if (at !== undefined) take(node.arguments[at]);
    } else if (ts.isPropertyAssignment(node) && toldFields.has(node.name.getText())) take(node.initializer);
    else if (ts.isNewExpression(node) && node.expression.getText() === 'KctlError') take(node.arguments?.[1]);
    else if (isText(node) && !said.has(node) && readsAsText(textOf(node))) {
      found.push({ text: textOf(node), file, isSaid: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function isText(node: ts.Node): node is ts.StringLiteralLike | ts.TemplateExpression {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function textOf(node: ts.StringLiteralLike | ts.TemplateExpression): string {
  if (!ts.isTemplateExpression(node)) return node.text;
  return node.head.text + node.templateSpans.map(({ literal }, index) => `{${index + 1}}${literal.text}`).join('');
}

/** Two words, or a word beside a value: what has only one is told from a name by where it stands. */
function readsAsText(text: string): boolean {
  return /\p{L}{2,}[^\p{L}]* (?:[^ ]* )*[^ ]*\p{L}{2,}|\p{L}{2} \{\d|\{\d\}[^{]* \p{L}{2}/u.test(text);
}

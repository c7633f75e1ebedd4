import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { actions } from '../../../src/tui/actions/registry.ts';
import { dashboardCommands } from '../../../src/tui/commands/registry.ts';

const root = join(import.meta.dirname, '..', '..', '..', 'src', 'tui');

/** Calls whose text is read by people, and which of their arguments that is. */
const telling: Readonly<Record<string, number>> = {
  say: 0,
  sayAssembled: 0,
  toast: 1,
  textField: 1,
  notice: 0,
  block: 0,
};
/** Fields of questions and lists that are read by people. */
const toldFields = new Set(['title', 'confirmLabel', 'label', 'about', 'hint', 'content', 'page', 'options']);

export interface InterfaceText {
  /** Values are called `{1}`, `{2}` where the code puts a text together by itself. */
  text: string;
  file: string;
}

/** Every text that the dashboard says: what the code says by `say` and by messages, and what its tables hold. */
export function interfaceTexts(): InterfaceText[] {
  const found: InterfaceText[] = [];
  for (const file of (readdirSync(root, { recursive: true }) as string[]).sort()) {
    // A report is for whoever it is given to, and they read English.
    if (/\.tsx?$/.test(file) && !/^words|^replay.bundle/.test(file)) found.push(...textsOf(file));
  }
  for (const { label, group } of actions.values()) {
    for (const text of [label, group]) found.push({ text, file: 'actions' });
  }
  for (const { about } of dashboardCommands) found.push({ text: about, file: 'commands' });
  // Names of views, where an action is offered in some only.
  const isView = (text: string) => /^(?:table|document|logs|page)(?:\/|$)/.test(text) && text !== 'logs';
  return found.filter(({ text }) => /\p{L}{2}/u.test(text) && !isView(text));
}

function textsOf(file: string): InterfaceText[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: InterfaceText[] = [];
  const take = (node: ts.Node | undefined): void => {
    if (!node) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push({ text: node.text, file });
    else if (ts.isTemplateExpression(node)) found.push({ text: assembled(node), file });
    else if (ts.isConditionalExpression(node)) {
      take(node.whenTrue);
      take(node.whenFalse);
    } else if (ts.isParenthesizedExpression(node)) take(node.expression);
    else if (ts.isArrayLiteralExpression(node)) for (const one of node.elements) take(one);
    else if (ts.isBinaryExpression(node)) {
      take(node.left);
      take(node.right);
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name.text
        : node.expression.getText();
      const at = telling[called];
      if (at !== undefined) take(node.arguments[at]);
    } else if (ts.isPropertyAssignment(node) && toldFields.has(node.name.getText())) take(node.initializer);
    else if (ts.isNewExpression(node) && node.expression.getText() === 'KctlError') take(node.arguments?.[1]);
    else if ((file.startsWith('actions') && isReason(node)) || isSentence(node)) take(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function assembled(node: ts.TemplateExpression): string {
  return node.head.text + node.templateSpans.map(({ literal }, index) => `{${index + 1}}${literal.text}`).join('');
}

/** Why an action cannot be used is a sentence without a capital and a full stop. */
function isReason(node: ts.Node): boolean {
  if (!ts.isStringLiteral(node) && !ts.isTemplateExpression(node)) return false;
  const text = ts.isStringLiteral(node) ? node.text : assembled(node);
  return /^(?:[a-z]+|\{1\}) [a-z{][^;]*$/.test(text) && !/^(?:action|line|prompt|helm|pods|ns|open) /.test(text);
}

/** What begins with a capital and ends with a full stop is said to somebody. */
function isSentence(node: ts.Node): boolean {
  return ts.isStringLiteral(node) && /^[A-Z][^;]* [^;]*[.?]$/.test(node.text);
}

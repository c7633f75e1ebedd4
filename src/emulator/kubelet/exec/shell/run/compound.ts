import type { Case, CommandNode, CompoundList, If } from 'unbash';
import type { Shell } from '../context.ts';
import { doubleTest } from '../double-test.ts';
import { arithmetic, expandPattern, expandText } from '../expand.ts';
import { matches } from '../pattern.ts';
import { runArithmeticFor, runFor, runWhile } from './loops.ts';
import { redirected } from './redirected.ts';
import { runSelect } from './select.ts';
import { runSimple } from './simple.ts';
import { asCondition, ended } from './status.ts';
import { inSubshell } from './subshell.ts';
import { traceText } from './trace.ts';

type Node = CommandNode | CompoundList;
type Runner<T extends Node['type']> = (shell: Shell, node: Extract<Node, { type: T }>) => Promise<number>;

/** How each kind of command runs. */
const runners: { readonly [T in Node['type']]?: Runner<T> } = {
  Command: (shell, node) => runSimple(shell, node),
  CompoundList: (shell, { commands }) => shell.statements(commands),
  BraceGroup: (shell, { body }) => shell.statements(body.commands),
  Redirected: (shell, { command, redirects }) => redirected(shell, redirects, () => shell.command(command)),
  Subshell: async (shell, { body }) =>
    ended(shell, await inSubshell(shell, (child) => child.statements(body.commands))),
  If: runIf,
  Case: runCase,
  For: runFor,
  While: runWhile,
  ArithmeticFor: runArithmeticFor,
  Select: runSelect,
  async ArithmeticCommand(shell, { body, pos }) {
    if (shell.state.dialect !== 'bash') return unknown(shell, body.trim().split(/\s/)[0]!, pos);
    await traceText(shell, `((${body}))`);
    return ended(shell, (await arithmetic(shell, body)) !== 0n ? 0 : 1);
  },
  TestCommand: async (shell, { expression, pos }) =>
    shell.state.dialect === 'dash' ? unknown(shell, '[[', pos) : ended(shell, await doubleTest(shell, expression, pos)),
  async Function(shell, { name, body }) {
    shell.state.functions.set(name.value, { body, source: shell.state.source });
    shell.state.status = 0;
    return 0;
  },
};

/** What bash reads as a command of its own is the name of one to others. */
async function unknown(shell: Shell, name: string, pos: number): Promise<number> {
  await shell.complain(`${name}: not found`, pos);
  return ended(shell, 127);
}

export async function runCommand(shell: Shell, node: Node): Promise<number> {
  const run = runners[node.type] as ((shell: Shell, node: Node) => Promise<number>) | undefined;
  if (run) return run(shell, node);
  await shell.complain(`${node.type.toLowerCase()} is not supported in this simulated shell`, node.pos);
  throw shell.fatal(2);
}

function runBody(shell: Shell, list: CompoundList): Promise<number> {
  shell.state.status = 0;
  return shell.statements(list.commands);
}

async function runIf(shell: Shell, node: If): Promise<number> {
  for (const { clause, then } of [node, ...node.elif]) {
    const status = await asCondition(shell, () => shell.statements(clause.commands));
    if (status === 0) return runBody(shell, then);
  }
  if (node.else) return runBody(shell, node.else);
  shell.state.status = 0;
  return 0;
}

async function runCase(shell: Shell, { word, items }: Case): Promise<number> {
  const text = await expandText(shell, word);
  shell.state.status = 0;
  let falls = false;
  for (const { pattern, body, terminator } of items) {
    let matched = falls;
    for (const one of pattern) matched ||= matches(await expandPattern(shell, one), text);
    if (!matched) continue;
    const status = await runBody(shell, body);
    falls = terminator === ';&';
    if (!falls && terminator !== ';;&') return status;
  }
  return shell.state.status;
}

import type { Shell } from '../context.ts';
import { ExitJump, LoopJump, ReturnJump } from '../state.ts';
import type { Builtin } from './builtin.ts';

/** One argument of `break`, `exit`, `shift` and their like. */
async function count(
  shell: Shell,
  name: string,
  text: string | undefined,
  otherwise: number,
  pos: number,
): Promise<number> {
  if (text === undefined) return otherwise;
  if (/^\d+$/.test(text) || (name !== 'shift' && /^-?\d+$/.test(text))) return Number(text);
  await shell.complain(
    shell.state.dialect === 'bash' ? `${name}: ${text}: numeric argument required` : `${name}: Illegal number: ${text}`,
    pos,
  );
  throw shell.fatal(2);
}

export function loopJump(kind: 'break' | 'continue'): Builtin {
  return async (shell, [levels], pos) => {
    if (shell.state.loops === 0) return 0;
    throw new LoopJump(kind, Math.max(await count(shell, kind, levels, 1, pos), 1));
  };
}

export async function exit(shell: Shell, [status]: string[], pos: number): Promise<number> {
  throw new ExitJump((await count(shell, 'exit', status, shell.state.status, pos)) & 255);
}

export async function returns(shell: Shell, [status]: string[], pos: number): Promise<number> {
  throw new ReturnJump((await count(shell, 'return', status, shell.state.status, pos)) & 255);
}

export async function shift(shell: Shell, [by]: string[], pos: number): Promise<number> {
  const number = await count(shell, 'shift', by, 1, pos);
  if (number > shell.state.args.length) {
    if (shell.state.dialect === 'bash') return 1;
    await shell.complain("shift: can't shift that many", pos);
    throw shell.fatal(2);
  }
  shell.state.args.splice(0, number);
  return 0;
}

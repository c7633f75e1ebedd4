import { isSystemError } from '../../fs/errors.ts';
import { absolute } from '../../fs/files.ts';
import type { Shell } from '../context.ts';

export async function cd(shell: Shell, args: string[], pos: number): Promise<number> {
  const { state, process } = shell;
  const isPhysical = args[0] === '-P';
  const words = args.filter((arg) => !['-P', '-L', '--'].includes(arg));
  const wanted = words[0] === '-' ? state.get('OLDPWD') : (words[0] ?? state.get('HOME'));
  if (wanted === undefined) {
    await shell.complain(`cd: ${words[0] === '-' ? 'OLDPWD' : 'HOME'} not set`, pos);
    return 1;
  }
  const path = absolute(process.files.cwd, wanted || '.');
  try {
    const node = process.files.stat(path);
    if (node.type !== 'directory') return await cannotCd(shell, wanted, 'Not a directory', pos);
    if (!process.files.mayAccess(path, 1)) return await cannotCd(shell, wanted, 'Permission denied', pos);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return cannotCd(shell, wanted, error.message, pos);
  }
  shell.assign('OLDPWD', process.files.cwd);
  process.files.cwd = isPhysical ? process.files.real(path) : path;
  shell.assign('PWD', process.files.cwd);
  if (words[0] === '-') await process.print(`${process.files.cwd}\n`);
  return 0;
}

async function cannotCd(shell: Shell, path: string, why: string, pos: number): Promise<number> {
  const { dialect } = shell.state;
  const text = { ash: `cd: can't cd to ${path}: ${why}`, dash: `cd: can't cd to ${path}`, bash: `cd: ${path}: ${why}` }[
    dialect
  ];
  await shell.complain(text, pos);
  return dialect === 'dash' ? 2 : 1;
}

export async function pwd(shell: Shell, args: string[]): Promise<number> {
  const { files } = shell.process;
  await shell.process.print(`${args.includes('-P') ? files.real('.') : files.cwd}\n`);
  return 0;
}

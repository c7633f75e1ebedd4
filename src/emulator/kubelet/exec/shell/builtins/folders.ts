import type { Shell } from '../context.ts';
import { cd } from './cd.ts';

async function show(shell: Shell): Promise<number> {
  const home = shell.state.get('HOME');
  const all = [shell.process.files.cwd, ...shell.state.folders];
  await shell.process.print(`${all.map((one) => (home && one === home ? '~' : one)).join(' ')}\n`);
  return 0;
}

export async function pushd(shell: Shell, [folder]: string[], pos: number): Promise<number> {
  const { folders } = shell.state;
  const here = shell.process.files.cwd;
  const target = folder ?? folders[0];
  if (target === undefined) {
    await shell.complain('pushd: no other directory', pos);
    return 1;
  }
  const status = await cd(shell, [target], pos);
  if (status !== 0) return status;
  if (folder === undefined) folders.shift();
  folders.unshift(here);
  return show(shell);
}

export async function popd(shell: Shell, _args: string[], pos: number): Promise<number> {
  const folder = shell.state.folders.shift();
  if (folder !== undefined) return (await cd(shell, [folder], pos)) || show(shell);
  await shell.complain('popd: directory stack empty', pos);
  return 1;
}

export const dirs = (shell: Shell): Promise<number> => show(shell);

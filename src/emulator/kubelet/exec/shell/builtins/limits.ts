import type { Shell } from '../context.ts';

export async function umask(shell: Shell, [mode]: string[]): Promise<number> {
  const { files } = shell.process;
  if (mode === undefined) await shell.process.print(`${files.umask.toString(8).padStart(4, '0')}\n`);
  else files.umask = Number.parseInt(mode, 8) & 0o777;
  return 0;
}

export async function times(shell: Shell): Promise<number> {
  await shell.process.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
  return 0;
}

export async function ulimit(shell: Shell, args: string[]): Promise<number> {
  await shell.process.print(args.includes('-n') ? '1048576\n' : 'unlimited\n');
  return 0;
}

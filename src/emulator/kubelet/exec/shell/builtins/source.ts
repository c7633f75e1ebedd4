import type { Shell } from '../context.ts';
import { ReturnJump } from '../state.ts';

export async function source(shell: Shell, [name, ...args]: string[], pos: number): Promise<number> {
  if (name === undefined) return 2;
  const { files } = shell.process;
  const folders = name.includes('/')
    ? ['']
    : [
        ...(shell.state.get('PATH') ?? '').split(':').map((one) => `${one}/`),
        ...(shell.state.dialect === 'bash' ? [''] : []),
      ];
  const path = folders.map((folder) => folder + name).find((one) => files.find(one)?.type === 'file');
  if (!path) {
    const text = {
      ash: `.: can't open '${name}': No such file or directory`,
      dash: `.: ${name.includes('/') ? `cannot open ${name}: No such file` : `${name}: not found`}`,
      bash: `${name}: No such file or directory`,
    };
    await shell.complain(text[shell.state.dialect], pos);
    if (shell.state.dialect === 'bash') return 1;
    throw shell.fatal(2);
  }
  const outer = shell.state.args;
  if (args.length > 0) shell.state.args = args;
  try {
    return await shell.execute(Buffer.from(files.readFile(path)).toString());
  } catch (error) {
    if (!(error instanceof ReturnJump)) throw error;
    return error.status;
  } finally {
    if (args.length > 0) shell.state.args = outer;
  }
}

export async function evaluate(shell: Shell, args: string[]): Promise<number> {
  if (args.join('').trim() === '') return 0;
  return shell.execute(args.join(' '));
}

import { REFERENCE, setElement } from '../arrays.ts';
import type { Shell } from '../context.ts';
import { keyOf, wordOf } from '../expand.ts';
import { formatPrintf, readEscapes, toBytes } from '../printf.ts';

export async function echo(shell: Shell, args: string[]): Promise<number> {
  const words = [...args];
  let hasEnd = true;
  let escapes = shell.state.dialect === 'dash';
  const flags = shell.state.dialect === 'dash' ? /^-n$/ : /^-[neE]+$/;
  while (words[0] !== undefined && flags.test(words[0])) {
    for (const flag of words.shift()!.slice(1)) {
      if (flag === 'n') hasEnd = false;
      else escapes = flag === 'e';
    }
  }
  const text = words.join(' ');
  const { bytes, stops } = escapes ? readEscapes(text, false) : { bytes: text, stops: false };
  await shell.process.print(toBytes(bytes + (hasEnd && !stops ? '\n' : '')));
  return 0;
}

export async function printf(shell: Shell, [format, ...args]: string[], pos: number): Promise<number> {
  if (format === undefined) {
    await shell.complain('printf: usage: printf format [arguments]', pos);
    return 2;
  }
  const words = format === '--' ? args : [format, ...args];
  const target = words[0] === '-v' && shell.state.dialect === 'bash' ? words.splice(0, 2)[1] : undefined;
  const { text, complaints } = formatPrintf(words[0] ?? '', words.slice(1));
  if (target === undefined) await shell.process.print(toBytes(text));
  else {
    const [, name, index = ''] = REFERENCE.exec(target) ?? [];
    if (name) setElement(shell.state, name, await keyOf(shell, name, wordOf(index)), text);
    else shell.assign(target, text);
  }
  for (const complaint of complaints) await shell.complain(`printf: ${complaint}`, pos);
  return complaints.length > 0 ? 1 : 0;
}

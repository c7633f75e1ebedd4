import type { Redirection } from 'unbash';
import { SystemError } from '../fs/errors.ts';
import { bytesHandle, type Handle } from '../process/handle.ts';
import { openFile } from '../process/open-file.ts';
import type { Shell } from './context.ts';
import { expandParts, expandText } from './expand.ts';

/** A redirection that failed; the text has been said. */
export class RedirectFailure extends Error {}

/**
 * Opens files and moves descriptors as the redirections say; returns what puts everything back.
 * @throws RedirectFailure after saying why
 */
export async function redirect(shell: Shell, redirects: readonly Redirection[]): Promise<() => void> {
  const { process } = shell;
  const saved: [number, Handle | undefined][] = [];
  const undo = () => {
    for (const [number, handle] of saved.reverse()) process.assign(number, handle);
  };
  const put = (number: number, handle: Handle | undefined) => {
    saved.push([number, process.handles.get(number)?.share()]);
    process.assign(number, handle);
  };
  try {
    for (const one of redirects) await apply(shell, one, put);
    return undo;
  } catch (error) {
    undo();
    if (!(error instanceof SystemError)) throw error;
    await shell.complain(redirectWords(shell, error), redirects[0]?.pos);
    throw new RedirectFailure();
  }
}

function redirectWords(shell: Shell, { code, path, message }: SystemError): string {
  if (shell.state.dialect === 'bash' || code === 'EBADF') return `${path}: ${message}`;
  const verb = code === 'ENOENT' && !path.startsWith('>') ? 'open' : 'create';
  const words = { ENOENT: verb === 'open' ? 'No such file' : 'Directory nonexistent' }[code as 'ENOENT'];
  const name = path.replace(/^>/, '');
  if (shell.state.dialect === 'ash') {
    return `can't ${path.startsWith('>') ? 'create' : 'open'} ${name}: ${code === 'ENOENT' && path.startsWith('>') ? 'nonexistent directory' : code === 'ENOENT' ? 'no such file' : message}`;
  }
  return `cannot ${path.startsWith('>') ? 'create' : 'open'} ${name}: ${words ?? message}`;
}

async function apply(
  shell: Shell,
  one: Redirection,
  put: (number: number, handle: Handle | undefined) => void,
): Promise<void> {
  const { process } = shell;
  if (one.descriptor?.type === 'FileDescriptorVariable') throw new SystemError('EBADF', one.descriptor.name);
  const given = one.descriptor?.value;
  if (one.type === 'HereDoc') {
    const { body, delimiter, operator } = one;
    const strip = (text: string) => (operator === '<<-' ? text.replace(/^\t+/gm, '') : text);
    let text: string;
    if (delimiter?.quoted || !body.parts) text = strip(body.text);
    else {
      let isLineStart = true;
      const parts = body.parts.map((part) => {
        if (part.type !== 'Literal' || operator !== '<<-') {
          isLineStart = false;
          return part;
        }
        const value = (isLineStart ? part.value.replace(/^\t+/, '') : part.value).replace(/\n\t+/g, '\n');
        isLineStart = value.endsWith('\n');
        return { ...part, value };
      });
      text = await expandParts(shell, parts);
    }
    if (!delimiter?.quoted && !body.parts) text = text.replace(/\\([\\$`])/g, '$1').replace(/\\\n/g, '');
    put(given ?? 0, bytesHandle(Buffer.from(text)));
    return;
  }
  const target = one.target ? await expandText(shell, one.target) : '';
  if (one.operator === '<<<') {
    put(given ?? 0, bytesHandle(Buffer.from(`${target}\n`)));
    return;
  }
  if (one.operator === '<&' || one.operator === '>&') {
    const number = given ?? (one.operator === '<&' ? 0 : 1);
    if (target === '-') return put(number, undefined);
    if (/^\d+$/.test(target)) {
      const source = process.handles.get(Number(target));
      if (!source) throw new SystemError('EBADF', target);
      return put(number, source.share());
    }
  }
  const opens: Readonly<Record<string, () => Handle>> = {
    '<': () => openFile(process, target, 'read'),
    '<>': () => openFile(process, target, 'both'),
    '>>': () => openFile(process, target, 'append'),
    '&>>': () => openFile(process, target, 'append'),
  };
  const isNew = !(one.operator in opens);
  const exclusive = one.operator === '>' && shell.state.options.has('C') && process.files.find(target)?.type === 'file';
  let handle: Handle;
  try {
    if (exclusive) throw new SystemError('EEXIST', target);
    handle = isNew ? openFile(process, target, 'write') : opens[one.operator]!();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const writes = one.operator !== '<' && shell.state.dialect !== 'bash';
    throw new SystemError(error.code, `${writes ? '>' : ''}${target}`);
  }
  const number = given ?? (one.operator === '<' || one.operator === '<>' ? 0 : 1);
  put(number, handle);
  if (one.operator === '&>' || one.operator === '&>>' || one.operator === '>&') put(2, handle.share());
}

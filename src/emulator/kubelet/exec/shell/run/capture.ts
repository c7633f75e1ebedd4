import type { Script } from 'unbash';
import { isSystemError, SystemError } from '../../fs/errors.ts';
import { sinkHandle } from '../../process/handle.ts';
import { MOST_BYTES } from '../../process/process.ts';
import type { Shell } from '../context.ts';
import { expandText } from '../expand.ts';
import { parseScript } from '../syntax.ts';
import { inSubshell } from './subshell.ts';

const withoutLineEnds = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString().replaceAll('\0', '').replace(/\n+$/, '');

/** `$(script)`: what it says on standard output, without the line ends at its end. `text` is how it stands in the source. */
export async function capture(shell: Shell, script: Script & { source?: string }, text: string): Promise<string> {
  const { state, process } = shell;
  const inner = text.startsWith('`') ? text.slice(1, -1) : text.slice(2, -1);
  const { problem } = parseScript(inner, state.dialect);
  if (problem && script.source === undefined) {
    await shell.complain(problem.message);
    throw shell.fatal(2);
  }
  const file = onlyInput(script);
  if (file) {
    const path = await expandText(shell, file);
    try {
      return withoutLineEnds(process.files.readFile(path));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      await shell.complain(`${path}: ${error.message}`, script.commands[0]?.pos);
      state.status = 1;
      return '';
    }
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const sink = sinkHandle((chunk) => {
    size += chunk.length;
    if (size > MOST_BYTES) throw new SystemError('ENOMEM');
    // A program may use its buffer again.
    chunks.push(chunk.slice());
  });
  state.status = await inSubshell(
    shell,
    (child) => child.withSource(script.source ?? state.source, () => child.statements(script.commands)),
    new Map([[1, sink]]),
  );
  return withoutLineEnds(Buffer.concat(chunks));
}

/** The file of `$(< file)`. */
function onlyInput({ commands }: Script) {
  const only = commands.length === 1 ? commands[0]!.command : undefined;
  if (only?.type !== 'Command' || only.name || only.prefix.length !== 1) return undefined;
  const [first] = only.prefix;
  return first?.type === 'Redirect' && first.operator === '<' ? first.target : undefined;
}

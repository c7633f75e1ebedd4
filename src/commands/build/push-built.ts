import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { pushCommand } from '../push/push.ts';

/**
 * Pushes what was built under each of its names, with what `kctl push` says to standard error: standard output is the
 * build's.
 * @throws KctlError `input` where one is not pushed
 */
export async function pushAll(names: readonly string[], context: CommandContext): Promise<void> {
  const io = { ...context.io, stdout: context.io.stderr };
  for (const image of names) {
    const own: CommandContext = { ...context, io, commandPath: 'push' };
    const options = await pushCommand.complete(
      { args: [image], afterDash: undefined, flags: {}, given: new Set() },
      own,
    );
    const code = await pushCommand.run(options, own);
    if (code) throw new KctlError('input', `failed to push ${image}`);
  }
}

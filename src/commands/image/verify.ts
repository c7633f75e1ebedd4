import { KctlError } from '../../lib/errors.ts';
import { sizeText } from '../../lib/size-text.ts';
import { defineCommand } from '../command.ts';
import { refuseArguments } from '../shared/no-arguments.ts';
import { withStore } from './with-store.ts';

/** `kctl image verify`: reads all that is stored and compares it with its digests. */
export const verifyCommand = defineCommand<{ repair: boolean }>({
  flags: [
    {
      name: 'repair',
      type: 'bool',
      default: false,
      describe: 'Remove damaged blobs, so that they can be pulled or loaded again.',
    },
  ],
  complete({ args, flags }, context) {
    refuseArguments(args, context);
    return { repair: flags.repair === true };
  },
  async run({ repair }, { io, signal }) {
    const { blobs, bytes, problems } = await withStore(io, 'reading all that is stored', (store) =>
      store.verify({ repair, signal }),
    );
    for (const { message } of problems) io.stdout.write(`${message}\n`);
    if (problems.length > 0) {
      throw new KctlError('input', `${problems.length} of ${blobs} blobs are damaged or missing`, {
        hint: `Pull or load the images again${repair ? '.' : ', after "image verify --repair".'}`,
      });
    }
    io.stdout.write(`${blobs} blobs, ${sizeText(bytes)}: all as their digests say\n`);
  },
});

import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { loadArchive } from '../../oci/archive/load.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { readPlatforms } from '../../oci/store/read-image.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { withStore } from './with-store.ts';

interface LoadOptions {
  /** undefined: stdin. */
  path: string | undefined;
  names: readonly string[];
  quiet: boolean;
}

/** `kctl image load`: images of a docker archive or an OCI layout, as a tar or a folder. */
export const loadCommand = defineCommand<LoadOptions>({
  flags: [
    { name: 'input', short: 'i', type: 'string', default: '', describe: 'Read this file or folder, not stdin.' },
    { name: 'name', type: 'stringArray', describe: 'Name for the one image, in place of those of the archive.' },
    { name: 'quiet', short: 'q', type: 'bool', default: false, describe: 'Print only what was loaded.' },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const paths = [...(flags.input ? [String(flags.input)] : []), ...args].filter((path) => path !== '-');
    if (paths.length > 1) throw usageError('name one file or folder', `${tool} ${commandPath}`);
    const names = ((flags.name as readonly string[] | undefined) ?? []).map((name) =>
      canonicalReference(parseReference(name)),
    );
    return { path: paths[0], names, quiet: flags.quiet === true };
  },
  validate({ path }, { io }) {
    if (path === undefined && io.stdin.isTTY) {
      throw new KctlError('usage', 'requested load from stdin, but stdin is empty', { hint: 'Name a file with -i.' });
    }
  },
  async run({ path, names, quiet }, { io }) {
    await withStore(io, 'loading', async (store) => {
      const given = names.length > 0 ? names : undefined;
      const load = (from: string) => loadArchive(store, from, given);
      const loaded = path === undefined ? await fromStdin(store, io.stdin, load) : await load(resolve(io.cwd, path));
      for (const { record, names: own } of loaded) {
        for (const name of own) io.stdout.write(`Loaded image: ${escapeTerminal(familiarName(name))}\n`);
        if (own.length > 0) continue;
        const [image] = await readPlatforms(store, record.target);
        io.stdout.write(`Loaded image ID: ${image?.configDigest ?? record.target.digest}\n`);
        if (!quiet)
          io.stderr.write('The archive does not name it; name it with "image tag", or load it with --name.\n');
      }
    });
  },
});

/** An archive is read twice, so what comes as a stream is kept meanwhile. */
async function fromStdin<T>(
  store: ImageStore,
  stdin: AsyncIterable<Uint8Array>,
  load: (path: string) => Promise<T>,
): Promise<T> {
  const lease = store.lease('load from stdin');
  try {
    const { digest } = await lease.write(stdin);
    const file = store.fileOf(digest);
    return await load(file).catch((error: unknown) => {
      // Where it lay meanwhile is nothing to the user.
      if (!(error instanceof KctlError) || !error.message.includes(file)) throw error;
      const message = error.message.replaceAll(file, 'standard input');
      throw new KctlError(error.code, message, {
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    });
  } finally {
    await lease.discard();
  }
}

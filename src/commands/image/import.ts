import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { importTree } from '../../oci/archive/import-tree.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import type { RunConfig } from '../../oci/store/read-image.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { readChanges } from './import-changes.ts';
import { withStore } from './with-store.ts';

interface ImportOptions {
  /** undefined: stdin. */
  path: string | undefined;
  names: readonly string[];
  config: RunConfig;
  message: string;
  platform: string | undefined;
}

/** `kctl image import`: an image of a root file system. */
export const importCommand = defineCommand<ImportOptions>({
  flags: [
    {
      name: 'change',
      short: 'c',
      type: 'stringArray',
      describe:
        'Instruction of a Dockerfile for the image: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR, STOPSIGNAL.',
    },
    { name: 'message', short: 'm', type: 'string', default: '', describe: 'Comment in the history.' },
    {
      name: 'platform',
      type: 'string',
      default: '',
      describe: "Whose programs these are: os/arch[/variant]; this machine's.",
    },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [file, name, ...rest] = args;
    if (file === undefined || rest.length > 0) {
      throw usageError('name a file (or -) and, if you like, the image', `${tool} ${commandPath}`);
    }
    if (/^https?:\/\//.test(file)) {
      throw new KctlError('usage', 'kctl does not fetch files to import', {
        hint: `curl -L ${file} | ${tool} image import -`,
      });
    }
    return {
      path: file === '-' ? undefined : file,
      names: name === undefined ? [] : [canonicalReference(parseReference(name))],
      config: readChanges((flags.change as readonly string[] | undefined) ?? []),
      message: String(flags.message) || `Imported from ${file}`,
      platform: String(flags.platform) || undefined,
    };
  },
  async run({ path, ...options }, { io }) {
    const file = path === undefined ? undefined : resolve(io.cwd, path);
    if (file !== undefined && !(await stat(file).catch(() => undefined))?.isFile()) {
      throw new KctlError('input', `the path "${path}" is no file`);
    }
    const { id } = await withStore(io, 'importing', (store) =>
      importTree(store, file === undefined ? io.stdin : createReadStream(file, { highWaterMark: 256 * 1024 }), {
        ...options,
        now: Date.now(),
      }),
    );
    io.stdout.write(`${id}\n`);
  },
});

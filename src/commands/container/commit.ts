import { KctlError } from '../../lib/errors.ts';
import { commitContainer } from '../../oci/containers/commit-container.ts';
import { Containers, isRunning } from '../../oci/containers/containers.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import type { RunConfig } from '../../oci/store/read-image.ts';
import { defineCommand } from '../command.ts';
import { readChanges } from '../image/import-changes.ts';
import { withStore } from '../image/with-store.ts';
import { usageError } from '../shared/errors.ts';
import { rootOf } from './open-root.ts';

interface CommitOptions {
  container: string;
  names: readonly string[];
  message: string;
  author: string;
  config: RunConfig;
  /** s */
  epoch: number | undefined;
}

/** `kctl container commit`: the writable layer as one more layer of a new image. */
export const commitCommand = defineCommand<CommitOptions>({
  flags: [
    {
      name: 'change',
      short: 'c',
      type: 'stringArray',
      describe: 'Instruction of a Dockerfile for the image: CMD, ENV, USER and so on.',
    },
    { name: 'message', short: 'm', type: 'string', default: '', describe: 'Comment in the history.' },
    { name: 'author', short: 'a', type: 'string', default: '', describe: 'Who made it.' },
  ],
  complete({ args, flags }, { tool, commandPath, io }) {
    const [container, name, ...rest] = args;
    if (container === undefined || rest.length > 0) {
      throw usageError('name a container and, if you like, the image', `${tool} ${commandPath}`);
    }
    return {
      container,
      names: name === undefined ? [] : [canonicalReference(parseReference(name))],
      config: readChanges((flags.change as readonly string[] | undefined) ?? []),
      message: String(flags.message),
      author: String(flags.author),
      epoch: sourceDate(io.env.SOURCE_DATE_EPOCH),
    };
  },
  async run({ container: text, epoch, ...options }, { io }) {
    const id = await withStore(io, 'committing', async (store) => {
      const container = new Containers(store).find(text);
      if (isRunning(container)) throw new KctlError('conflict', `the container ${container.name} is running`);
      const lease = store.lease(`commit ${container.name}`);
      try {
        await using root = await rootOf(store, container, io.env);
        const layer = await root.commit(lease, { epoch });
        const now = epoch === undefined ? Date.now() : epoch * 1000;
        const createdBy = container.command.join(' ');
        const made = await commitContainer(store, lease, container.target, layer, { ...options, createdBy, now });
        lease.release();
        return made;
      } catch (error) {
        await lease.discard();
        throw error;
      }
    });
    io.stdout.write(`${id}\n`);
  },
});

/** reproducible-builds.org, SOURCE_DATE_EPOCH: seconds. @throws KctlError `usage` */
function sourceDate(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new KctlError('usage', `SOURCE_DATE_EPOCH must be a number of seconds, not ${JSON.stringify(text)}`);
}

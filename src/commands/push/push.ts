import { KctlError } from '../../lib/errors.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import { repositoryOf } from '../../oci/store/stored-images.ts';
import type { ImageRecord, ImageStore } from '../../oci/store/types.ts';
import { platformNamed } from '../../oci/transfer/choose-platform.ts';
import { pushImage } from '../../oci/transfer/push-image.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { type ConnectionOptions, connectionFlags, connectionOptions, userRegistries } from '../pull/registry-access.ts';
import { tallyLine } from '../pull/transfer-text.ts';
import { TransferView } from '../pull/transfer-view.ts';
import { usageError } from '../shared/errors.ts';

interface PushCommandOptions extends ConnectionOptions {
  image: string;
  /** Where to, as written; the image's own name where absent. */
  as: string | undefined;
  platform: string | undefined;
  allTags: boolean;
  quiet: boolean;
}

/** `kctl push`: sends an image of the store to a registry. */
export const pushCommand = defineCommand<PushCommandOptions>({
  flags: [
    {
      name: 'platform',
      type: 'string',
      default: '',
      describe: 'Push one platform of an image of several: linux/arm64.',
    },
    { name: 'all-tags', short: 'a', type: 'bool', default: false, describe: 'Push all tags of the repository.' },
    { name: 'quiet', short: 'q', type: 'bool', default: false, describe: 'Print only the name of what was pushed.' },
    ...connectionFlags,
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [image, as, ...rest] = args;
    if (image === undefined || rest.length > 0) {
      throw usageError('name an image, and where to push it if that is not its name', `${tool} ${commandPath}`);
    }
    return {
      ...{ image, as },
      platform: flags.platform ? platformNamed(String(flags.platform)) : undefined,
      allTags: flags['all-tags'] === true,
      quiet: flags.quiet === true,
      ...connectionOptions(flags),
    };
  },
  validate({ image, as, allTags }) {
    if (as !== undefined) parseReference(as);
    if (!allTags) return;
    if (as !== undefined) throw new KctlError('usage', '--all-tags pushes tags under their own names');
    if (parseReference(image).tag !== undefined) throw new KctlError('usage', "tag can't be used with --all-tags/-a");
  },
  async run(options, context) {
    const store = openImageStore(imageStorePath(context.io.env));
    try {
      for (const [record, as] of await whatToPush(store, options)) {
        const code = await pushOne(store, record, as, options, context);
        if (code !== 0) return code;
      }
      return 0;
    } finally {
      store.close();
    }
  },
});

async function whatToPush(
  store: ImageStore,
  { image, as, allTags }: PushCommandOptions,
): Promise<(readonly [ImageRecord, string])[]> {
  if (allTags) {
    const { registry, repository } = parseReference(image);
    const wanted = `${registry}/${repository}`;
    const found = store.images
      .list()
      .flatMap((record) =>
        record.names
          .filter((name) => repositoryOf(name) === wanted && !name.includes('@'))
          .map((name) => [record, name] as const),
      );
    if (found.length > 0) return found.toSorted(([, a], [, b]) => (a < b ? -1 : 1));
    throw new KctlError('input', `An image does not exist locally with the tag: ${familiarName(wanted)}`);
  }
  const record = await store.images.find(image).catch((error: unknown) => {
    if (as !== undefined || !(error instanceof KctlError) || !error.message.startsWith('No such image')) throw error;
    throw new KctlError('input', `An image does not exist locally with the tag: ${image}`, {
      hint: 'See which are there: kctl image ls',
      cause: error,
    });
  });
  const name = as === undefined ? record.name : canonicalReference(parseReference(as));
  if (name !== undefined && !name.includes('@')) return [[record, name]];
  throw new KctlError('usage', 'a digest or an id does not say where the image is to be pushed', {
    hint: 'Name the place after it: push IMAGE REGISTRY/REPOSITORY:TAG',
  });
}

async function pushOne(
  store: ImageStore,
  record: ImageRecord,
  as: string,
  options: PushCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { io, signal, tool, commandPath } = context;
  const { platform, quiet } = options;
  const { registry } = parseReference(as);
  const view = new TransferView(io, 'push', {
    quiet,
    begin: (event) => `The push refers to repository [${event.registry}/${event.repository}]`,
  });
  try {
    const registries = userRegistries(context, [registry], options);
    const { tag, digest, size, tally } = await pushImage(store, record, as, {
      ...{ registries, platform, signal },
      on: view.on,
    });
    view.close();
    if (quiet) {
      io.stdout.write(`${as}\n`);
      return 0;
    }
    io.stdout.write(`${tag}: digest: ${digest} size: ${size}\n`);
    const line = tallyLine('push', tally);
    if (line !== '') io.stdout.write(`${line}\n`);
    return 0;
  } catch (error) {
    view.close();
    if (!signal.aborted) throw error;
    io.stderr.write(
      `Stopped: layers that were pushed stay there; "${tool} ${commandPath} ${options.image}${options.as ? ` ${options.as}` : ''}" sends the rest.\n`,
    );
    return 130;
  }
}

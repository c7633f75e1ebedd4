import { KctlError } from '../../lib/errors.ts';
import { sizeText } from '../../lib/size-text.ts';
import { parseReference } from '../../oci/reference.ts';
import { Repository } from '../../oci/registry/repository.ts';
import { patient } from '../../oci/registry/retry.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { platformNamed } from '../../oci/transfer/choose-platform.ts';
import type { MovedBlob } from '../../oci/transfer/events.ts';
import { pullImage } from '../../oci/transfer/pull-image.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { type ConnectionOptions, connectionFlags, connectionOptions, userRegistries } from './registry-access.ts';
import { tallyLine } from './transfer-text.ts';
import { TransferView } from './transfer-view.ts';

interface PullCommandOptions extends ConnectionOptions {
  name: string;
  platform: string | undefined;
  allPlatforms: boolean;
  allTags: boolean;
  quiet: boolean;
}

/** `kctl pull`: brings an image of a registry into the image store. */
export const pullCommand = defineCommand<PullCommandOptions>({
  flags: [
    { name: 'platform', type: 'string', default: '', describe: 'Platform of an image of several: linux/arm64.' },
    { name: 'all-platforms', type: 'bool', default: false, describe: 'Pull all platforms of an image of several.' },
    { name: 'all-tags', short: 'a', type: 'bool', default: false, describe: 'Pull all tags of the repository.' },
    { name: 'quiet', short: 'q', type: 'bool', default: false, describe: 'Print only the name of what was pulled.' },
    ...connectionFlags,
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [name, ...rest] = args;
    if (name === undefined || rest.length > 0) throw usageError('name one image', `${tool} ${commandPath}`);
    return {
      name,
      platform: flags.platform ? platformNamed(String(flags.platform)) : undefined,
      allPlatforms: flags['all-platforms'] === true,
      allTags: flags['all-tags'] === true,
      quiet: flags.quiet === true,
      ...connectionOptions(flags),
    };
  },
  validate({ name, platform, allPlatforms, allTags }) {
    const { tag, digest } = parseReference(name);
    if (platform !== undefined && allPlatforms) {
      throw new KctlError('usage', '--platform and --all-platforms do not go together');
    }
    if (allTags && (tag !== undefined || digest !== undefined)) {
      throw new KctlError('usage', "tag can't be used with --all-tags/-a");
    }
  },
  async run(options, context) {
    const { registry, repository } = parseReference(options.name);
    const store = openImageStore(imageStorePath(context.io.env));
    try {
      if (!options.allTags) return await pullOne(store, options.name, options, context);
      const { http, credentials } = userRegistries(context, [registry], options);
      const known = credentials && (() => credentials(registry, repository));
      const access = { http, registry, repository, retry: patient, signal: context.signal, credentials: known };
      for (const tag of await new Repository(access).tags()) {
        const code = await pullOne(store, `${registry}/${repository}:${tag}`, options, context);
        if (code !== 0) return code;
      }
      return 0;
    } finally {
      store.close();
    }
  },
});

async function pullOne(
  store: ImageStore,
  name: string,
  options: PullCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { io, signal, tool, commandPath } = context;
  const { platform, allPlatforms, quiet } = options;
  const parsed = parseReference(name);
  if (!quiet && parsed.tag === undefined && parsed.digest === undefined) io.stdout.write('Using default tag: latest\n');
  const view = new TransferView(io, 'pull', {
    quiet,
    begin: ({ repository, tag }) => `${tag}: Pulling from ${repository}`,
  });
  try {
    const registries = userRegistries(context, [parsed.registry], options);
    const result = await pullImage(store, name, { registries, platform, allPlatforms, signal, on: view.on });
    view.close();
    const { name: stored, digest, isNew, tally } = result;
    if (quiet) {
      io.stdout.write(`${stored}\n`);
      return 0;
    }
    const shown = familiarName(stored);
    const line = tallyLine('pull', tally);
    io.stdout.write(`Digest: ${digest}\n`);
    io.stdout.write(`Status: ${isNew ? 'Downloaded newer image' : 'Image is up to date'} for ${shown}\n`);
    if (line !== '') io.stdout.write(`${line}\n`);
    return 0;
  } catch (error) {
    view.close();
    const isBroken = error instanceof KctlError && error.code === 'connection';
    if (!signal.aborted && !isBroken) throw error;
    const kept = await keptBytes(store, view.layers);
    const total = view.layers.reduce((sum, { size }) => sum + size, 0);
    const again = `${tool} ${commandPath} ${familiarName(name)}`;
    const told = `${sizeText(kept)} of ${sizeText(total)} are kept for a day; "${again}" goes on from there.`;
    if (!signal.aborted) {
      const { message, hint } = error as KctlError;
      throw kept > 0 ? new KctlError('connection', message, { hint: hint ?? told, cause: error }) : error;
    }
    io.stderr.write(kept > 0 ? `Stopped: ${told}\n` : 'Stopped: nothing was pulled yet.\n');
    return 130;
  }
}

/** Bytes of whole and unfinished layers that the next pull does not need to fetch. */
async function keptBytes(store: ImageStore, layers: readonly MovedBlob[]): Promise<number> {
  let sum = 0;
  for (const { digest, size } of layers) {
    sum += (await store.blob(digest)) ? size : ((await store.unfinished(digest)) ?? 0);
  }
  return sum;
}

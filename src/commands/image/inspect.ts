import { KctlError } from '../../lib/errors.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { readImage } from '../../oci/store/read-image.ts';
import { repositoryOf } from '../../oci/store/stored-images.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { defineCommand } from '../command.ts';
import { oneOrMore, usageError } from '../shared/errors.ts';
import { dockerTemplate } from './docker-text.ts';
import { withStore } from './with-store.ts';

interface InspectOptions {
  names: readonly string[];
  format: string;
  platform: string | undefined;
}

/** `kctl image inspect`: all that is known of images, as docker writes it. */
export const inspectCommand = defineCommand<InspectOptions>({
  flags: [
    { name: 'format', short: 'f', type: 'string', default: '', describe: 'A Go template, or json.' },
    { name: 'platform', type: 'string', default: '', describe: 'Which platform of the image: os/arch[/variant].' },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    if (args.length === 0) throw usageError('name one image or more', `${tool} ${commandPath}`);
    return { names: args, format: String(flags.format), platform: String(flags.platform) || undefined };
  },
  async run({ names, format, platform }, { io }) {
    const found: object[] = [];
    const failures: KctlError[] = [];
    await withStore(io, 'reading images', async (store) => {
      for (const name of names) {
        try {
          found.push(await inspected(store, name, platform));
        } catch (error) {
          if (!(error instanceof KctlError)) throw error;
          failures.push(error);
        }
      }
    });
    if (format === '') io.stdout.write(`${JSON.stringify(found, null, 4)}\n`);
    else {
      const print = format === 'json' ? JSON.stringify : dockerTemplate(format);
      for (const image of found) io.stdout.write(`${print(image)}\n`);
    }
    if (failures.length > 0) throw oneOrMore(failures);
  },
});

async function inspected(store: ImageStore, text: string, platform: string | undefined): Promise<object> {
  const record = await store.images.find(text);
  const image = await readImage(store, record.target, platform);
  const { config } = image;
  let size = 0;
  for (const { digest } of image.manifest.layers) {
    if (await store.blob(digest)) size += (await store.layerFacts(digest)).plainSize;
  }
  const repositories = [...new Set(record.names.map((name) => familiarName(repositoryOf(name))))];
  return {
    Id: image.configDigest,
    RepoTags: record.names.filter((name) => !name.includes('@')).map(familiarName),
    RepoDigests: repositories.map((repository) => `${repository}@${record.target.digest}`),
    Comment: config.history?.at(-1)?.comment ?? config.comment ?? '',
    Created: config.created ?? '',
    DockerVersion: config.docker_version ?? '',
    Author: config.author ?? '',
    Config: config.config ?? {},
    Architecture: config.architecture ?? '',
    ...(config.variant ? { Variant: config.variant } : {}),
    Os: config.os ?? '',
    ...(config['os.version'] ? { OsVersion: config['os.version'] } : {}),
    Size: size,
    RootFS: { Type: config.rootfs?.type ?? 'layers', Layers: config.rootfs?.diff_ids ?? [] },
    Metadata: { LastTagTime: new Date(record.storedAt).toISOString() },
    Descriptor: record.target,
  };
}

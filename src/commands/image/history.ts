import { sizeText } from '../../lib/size-text.ts';
import { truncateText } from '../../lib/text-width.ts';
import { readImage } from '../../oci/store/read-image.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { createdText, type DockerRow, dockerText, shortId, sinceText } from './docker-text.ts';
import { withStore } from './with-store.ts';

interface HistoryOptions {
  name: string;
  quiet: boolean;
  isWhole: boolean;
  human: boolean;
  format: string;
  platform: string | undefined;
}

/** `kctl image history`: the steps that made an image, the last one first. */
export const historyCommand = defineCommand<HistoryOptions>({
  flags: [
    { name: 'quiet', short: 'q', type: 'bool', default: false, describe: 'Print ids only.' },
    { name: 'no-trunc', type: 'bool', default: false, describe: 'Print whole ids and instructions.' },
    {
      name: 'human',
      short: 'H',
      type: 'bool',
      default: true,
      describe: 'Sizes and times for people; false: bytes and RFC 3339.',
    },
    { name: 'format', type: 'string', default: '', describe: 'json, or a Go template: {{.CreatedBy}}.' },
    { name: 'platform', type: 'string', default: '', describe: 'Which platform of the image: os/arch[/variant].' },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [name, ...rest] = args;
    if (name === undefined || rest.length > 0) throw usageError('name one image', `${tool} ${commandPath}`);
    return {
      name,
      quiet: flags.quiet === true,
      isWhole: flags['no-trunc'] === true,
      human: flags.human !== false,
      format: String(flags.format),
      platform: String(flags.platform) || undefined,
    };
  },
  async run(options, { io }) {
    const rows = await withStore(io, 'reading the image', (store) => rowsOf(store, options, Date.now()));
    if (options.quiet) io.stdout.write(rows.map(({ ID }) => `${ID}\n`).join(''));
    else {
      const columns = [
        { key: 'ID', header: 'IMAGE' },
        options.human ? { key: 'CreatedSince', header: 'CREATED' } : { key: 'CreatedAt', header: 'CREATED AT' },
        { key: 'CreatedBy', header: 'CREATED BY' },
        { key: 'Size', header: 'SIZE' },
        { key: 'Comment', header: 'COMMENT' },
      ];
      io.stdout.write(dockerText(rows, columns, options.format));
    }
  },
});

interface Step {
  created?: string;
  created_by?: string;
  comment?: string;
  size: number;
}

async function rowsOf(
  store: ImageStore,
  { name, platform, isWhole, human }: HistoryOptions,
  now: number,
): Promise<DockerRow[]> {
  const image = await readImage(store, (await store.images.find(name)).target, platform);
  const sizes: number[] = [];
  for (const { digest } of image.manifest.layers) {
    sizes.push((await store.blob(digest)) ? (await store.layerFacts(digest)).plainSize : 0);
  }
  const steps: Step[] = (image.config.history ?? []).map((step) => ({
    ...step,
    size: step.empty_layer ? 0 : (sizes.shift() ?? 0),
  }));
  // Layers that the history does not know of.
  steps.push(...sizes.map((size) => ({ size })));
  return steps.reverse().map(({ created, created_by: by = '', comment = '', size }, index) => {
    const at = created === undefined || Number.isNaN(Date.parse(created)) ? undefined : Date.parse(created);
    const oneLine = by.replaceAll('\t', ' ');
    return {
      ID: index > 0 ? '<missing>' : isWhole ? image.configDigest : shortId(image.configDigest),
      CreatedSince: sinceText(at === undefined ? undefined : now - at),
      CreatedAt: human ? createdText(at) : at === undefined ? 'N/A' : new Date(at).toISOString().replace('.000Z', 'Z'),
      CreatedBy: isWhole ? oneLine : truncateText(oneLine, 45),
      Size: human ? sizeText(size) : String(size),
      Comment: comment,
    };
  });
}

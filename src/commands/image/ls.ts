import { KctlError } from '../../lib/errors.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { defineCommand, type FlagValues } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { type DockerColumn, dockerText } from './docker-text.ts';
import { type ListFilesOptions, layerFlag, listFiles, readListOptions, recursiveFlag } from './files.ts';
import { imageFilter, matchesReference } from './ls-filters.ts';
import { type ListedImage, listImages, rowOf } from './ls-rows.ts';
import { simulatedList } from './simulated.ts';
import { sourceFlags } from './source-flags.ts';
import { withStore } from './with-store.ts';

interface ListOptions {
  /** Files of an image are asked for, not images: `image ls NAME PATH`. */
  inside: ListFilesOptions | undefined;
  pattern: string | undefined;
  quiet: boolean;
  isWhole: boolean;
  digests: boolean;
  simulated: boolean;
  filters: readonly string[];
  format: string;
}

const fileFlags = [recursiveFlag, layerFlag, ...sourceFlags];
const listFlags = ['quiet', 'no-trunc', 'digests', 'simulated', 'filter', 'format'];

const isGiven = (value: FlagValues[string]) => value !== undefined && value !== false && value !== '';

/** `kctl image ls`: what `docker image ls` shows, of kctl's own store; with a path, the files of an image. */
export const lsCommand = defineCommand<ListOptions>({
  flags: [
    { name: 'quiet', short: 'q', type: 'bool', default: false, describe: 'Print ids only.' },
    { name: 'no-trunc', type: 'bool', default: false, describe: 'Print whole ids.' },
    { name: 'digests', type: 'bool', default: false, describe: 'Show the digests of the manifests.' },
    {
      name: 'simulated',
      type: 'bool',
      default: false,
      describe: 'List the images that the bundled cluster simulates, too.',
    },
    {
      name: 'filter',
      short: 'f',
      type: 'stringArray',
      describe: 'Only images that fit: dangling=true, label=KEY[=VALUE], reference=PATTERN, before=IMAGE, since=IMAGE.',
    },
    {
      name: 'format',
      type: 'string',
      default: '',
      describe: 'json, or a Go template: {{.Repository}}:{{.Tag}}; with "table " before it, a table.',
    },
    ...fileFlags.map((flag) => ({ ...flag, describe: `With a path: ${flag.describe}` })),
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const commandLine = `${tool} ${commandPath}`;
    const inside = args.length > 1 ? readListOptions(args, flags, commandLine) : undefined;
    const unmeant = (inside ? listFlags : fileFlags.map(({ name }) => name)).find((name) => isGiven(flags[name]));
    if (unmeant) {
      throw usageError(
        inside ? `--${unmeant} is for lists of images` : `--${unmeant} needs an image and a path in it`,
        commandLine,
      );
    }
    return {
      inside,
      pattern: args[0],
      quiet: flags.quiet === true,
      isWhole: flags['no-trunc'] === true,
      digests: flags.digests === true,
      simulated: flags.simulated === true,
      filters: (flags.filter as readonly string[] | undefined) ?? [],
      format: String(flags.format),
    };
  },
  async run({ inside, pattern, quiet, isWhole, digests, simulated, filters, format }, { io }) {
    if (inside) return listFiles(inside, io);
    const { images: stored, problems } = await withStore(io, 'reading images', (store) => listImages(store));
    const all = [...stored, ...(simulated ? simulatedList() : [])];
    const test = imageFilter(filters, (text) => findListed(all, text), Date.now());
    const isNamed = pattern === undefined ? () => true : matchesReference(pattern);
    const images = all.filter((image) => test(image) && isNamed(image));
    for (const problem of problems) io.stderr.write(`warning: ${problem}\n`);
    const rows = images.map((image) => rowOf(image, Date.now(), isWhole));
    if (quiet) {
      io.stdout.write([...new Set(rows.map(({ ID }) => `${ID}\n`))].join(''));
      return;
    }
    io.stdout.write(dockerText(rows, columnsFor(digests, simulated), format));
  },
});

function columnsFor(digests: boolean, simulated: boolean): DockerColumn[] {
  return [
    { key: 'Repository', header: 'REPOSITORY' },
    { key: 'Tag', header: 'TAG' },
    { key: 'Digest', header: 'DIGEST', isExtra: !digests },
    { key: 'ID', header: 'IMAGE ID' },
    { key: 'CreatedSince', header: 'CREATED' },
    { key: 'CreatedAt', header: 'CREATED AT', isExtra: true },
    { key: 'Size', header: 'SIZE' },
    { key: 'Platform', header: 'PLATFORM', isExtra: true },
    { key: 'Source', header: 'SOURCE', isExtra: !simulated },
  ];
}

function findListed(images: readonly ListedImage[], text: string): ListedImage {
  const asHex = text.replace(/^sha256:/, '');
  const found = images.find(
    ({ name, id }) =>
      (name !== undefined && [name, familiarName(name), familiarName(name).replace(/:latest$/, '')].includes(text)) ||
      (asHex.length >= 4 && id.slice('sha256:'.length).startsWith(asHex)),
  );
  if (found) return found;
  throw new KctlError('input', `No such image: ${text}`);
}

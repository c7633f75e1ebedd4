import { createInterface } from 'node:readline/promises';
import type { IoStreams } from '../../lib/io.ts';
import { sizeText } from '../../lib/size-text.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { pruneRepositories } from '../../oci/store/prune-repositories.ts';
import { readPlatforms } from '../../oci/store/read-image.ts';
import type { ImageRecord, ImageStore } from '../../oci/store/types.ts';
import { PULL_PINS } from '../../oci/transfer/kept-parts.ts';
import { defineCommand } from '../command.ts';
import { refuseArguments } from '../shared/no-arguments.ts';
import { pruneFilter } from './prune-filters.ts';
import { withStore } from './with-store.ts';

interface PruneOptions {
  filters: readonly string[];
  all: boolean;
  registry: boolean;
  force: boolean;
}

/** `kctl image prune`: removes images that nobody names, and blobs that nothing refers to. */
export const pruneCommand = defineCommand<PruneOptions>({
  flags: [
    {
      name: 'all',
      short: 'a',
      type: 'bool',
      default: false,
      describe: 'Remove all images that no container uses, also those with names.',
    },
    {
      name: 'registry',
      type: 'bool',
      default: false,
      describe: 'Also what the registry has without a tag for an hour.',
    },
    {
      name: 'filter',
      type: 'stringArray',
      describe: 'Only images that fit: until=TIME (24h, 2026-01-02), label=KEY[=VALUE], label!=KEY[=VALUE].',
    },
    { name: 'force', short: 'f', type: 'bool', default: false, describe: 'Do not ask.' },
  ],
  complete({ args, flags }, context) {
    refuseArguments(args, context);
    const filters = (flags.filter as readonly string[] | undefined) ?? [];
    // What cannot be read is said before anything is asked.
    pruneFilter(filters, 0);
    return { filters, all: flags.all === true, registry: flags.registry === true, force: flags.force === true };
  },
  async run(options, { io }) {
    if (!options.force && !(await agreed(options, io))) return;
    const { lines, bytes } = await withStore(io, 'removing', (store) => prune(store, options));
    if (lines.length > 0) io.stdout.write(`Deleted Images:\n${lines.map((line) => `${line}\n`).join('')}\n`);
    io.stdout.write(`Total reclaimed space: ${sizeText(bytes)}\n`);
  },
});

async function agreed({ all, registry, filters }: PruneOptions, io: IoStreams): Promise<boolean> {
  const what = all ? 'all images without at least one container associated to them' : 'all dangling images';
  const more = registry ? ', and what the registry has without a tag' : '';
  const only =
    filters.length > 0
      ? `\n\n  Items to be pruned will be filtered with:\n${filters.map((one) => `  - ${one}\n`).join('')}`
      : '';
  const question = `WARNING! This will remove ${what}${more}.${only}\nAre you sure you want to continue? [y/N] `;
  const reader = createInterface({ input: io.stdin, output: io.stdout, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
    return /^y(es)?$/i.test((await Promise.race([reader.question(question), ended])).trim());
  } finally {
    reader.close();
  }
}

/** A damaged image says nothing of itself. */
async function facts(store: ImageStore, { target }: ImageRecord) {
  const [image] = await readPlatforms(store, target).catch(() => []);
  const createdAt = Date.parse(image?.config.created ?? '');
  return {
    createdAt: Number.isNaN(createdAt) ? undefined : createdAt,
    labels: image?.config.config?.Labels ?? {},
  };
}

async function prune(
  store: ImageStore,
  { all, registry, filters }: PruneOptions,
): Promise<{ lines: string[]; bytes: number }> {
  const used = new Set([...store.pins('container:').values()].flat());
  const lines: string[] = [];
  const isWanted = pruneFilter(filters, Date.now());
  for (const record of store.images.list()) {
    const { target, names } = record;
    if (used.has(target.digest) || (names.length > 0 && !all)) continue;
    if (filters.length > 0 && !isWanted(await facts(store, record))) continue;
    store.images.remove(target.digest);
    lines.push(...names.map((name) => `untagged: ${familiarName(name)}`), `deleted: ${target.digest}`);
  }
  if (registry) {
    for (const { repository, digest } of await pruneRepositories(store, Date.now())) {
      lines.push(`deleted: ${repository}@${digest}`);
    }
  }
  // Parts of pulls that did not end well were kept for another try.
  for (const owner of store.pins(PULL_PINS).keys()) store.unpin(owner);
  return { lines, bytes: (await store.collect()).bytes };
}

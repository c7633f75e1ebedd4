import { once } from 'node:events';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { LayerUnion, UnionEntry } from '../../oci/layer-union.ts';
import { isWhiteout } from '../../oci/layer-union.ts';
import { capabilityText } from '../../oci/layers/capability-text.ts';
import { extractFiles } from '../../oci/layers/extract-files.ts';
import { contentOf, realPath } from '../../oci/layers/find-file.ts';
import type { ImageSource } from '../../oci/layers/image-source.ts';
import { modeText } from '../../oci/layers/permission-text.ts';
import { readFiles } from '../../oci/layers/read-files.ts';
import { readUnion } from '../../oci/layers/read-union.ts';
import { alignTabs } from '../../output/tab-writer.ts';
import { defineCommand, type FlagSpec, type FlagValues } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { type SourceChoice, withImage } from './open-source.ts';
import { readSource, sourceFlags } from './source-flags.ts';

interface FilesOptions {
  source: SourceChoice;
  path: string;
  /** Number of the layer that alone is looked at, the lowest is 0; undefined for what all of them make. */
  layer: number | undefined;
}

export const layerFlag: FlagSpec = {
  name: 'layer',
  type: 'int',
  describe: 'Look only at that layer, by its number in "image layers"; default: at what all of them make.',
};

function readFilesOptions(args: readonly string[], flags: FlagValues, commandLine: string): FilesOptions {
  const [text, path, ...rest] = args;
  if (text === undefined || path === undefined || rest.length > 0) {
    throw usageError('name an image and a path in it', commandLine);
  }
  const { layer } = flags;
  if (layer !== undefined && Number(layer) < 1) throw usageError('layers are numbered from 1', commandLine);
  return { source: readSource(text, flags), path, layer: layer === undefined ? undefined : Number(layer) - 1 };
}

/** `kctl image cat NAME PATH`: the content of a file. */
export const catCommand = defineCommand<FilesOptions>({
  flags: [layerFlag, ...sourceFlags],
  complete: ({ args, flags }, { tool, commandPath }) => readFilesOptions(args, flags, `${tool} ${commandPath}`),
  async run({ source: choice, path, layer }, { io }) {
    await withImage(choice, io, async (source) => {
      const files = await filesOf(source, layer);
      const file = contentOf(files, path);
      const wanted = new Map([[layer ?? file.layer, new Set([file.entry.path])]]);
      await readFiles(source, wanted, async (_path, content) => {
        for await (const chunk of content) if (!io.stdout.write(chunk)) await once(io.stdout, 'drain');
      });
    });
  },
});

export interface ListFilesOptions extends FilesOptions {
  recursive: boolean;
}

export const recursiveFlag: FlagSpec = {
  name: 'recursive',
  short: 'R',
  type: 'bool',
  default: false,
  describe: 'Go into folders.',
};

export function readListOptions(args: readonly string[], flags: FlagValues, commandLine: string): ListFilesOptions {
  return { ...readFilesOptions(args, flags, commandLine), recursive: flags.recursive === true };
}

/** Prints what is at a path of an image, as `ls -l` shows it. */
export async function listFiles({ source: choice, path, layer, recursive }: ListFilesOptions, io: IoStreams) {
  const listing = await withImage(choice, io, async (source) =>
    listingOf(await filesOf(source, layer), path, recursive),
  );
  io.stdout.write(listing);
}

/** `kctl image files NAME PATH`: what is in a folder, as `ls -l` shows it. */
export const filesCommand = defineCommand<ListFilesOptions>({
  flags: [recursiveFlag, layerFlag, ...sourceFlags],
  complete: ({ args, flags }, { tool, commandPath }) =>
    readListOptions(args.length === 1 ? [args[0]!, '/'] : args, flags, `${tool} ${commandPath}`),
  run: (options, { io }) => listFiles(options, io),
});

interface ExtractOptions extends FilesOptions {
  into: string;
}

/** `kctl image extract NAME PATH [DESTINATION]`: a file or a folder of the image, on this machine. */
export const extractCommand = defineCommand<ExtractOptions>({
  flags: [layerFlag, ...sourceFlags],
  complete({ args, flags }, { tool, commandPath }) {
    const [text, path, into = '', ...rest] = args;
    const given = [text, path].filter((arg) => arg !== undefined);
    return { ...readFilesOptions([...given, ...rest], flags, `${tool} ${commandPath}`), into };
  },
  async run({ source: choice, path, layer, into }, { io }) {
    const told = await withImage(choice, io, async (source) => {
      const files = await filesOf(source, layer);
      return extractFiles(source, files, { path, into, cwd: io.cwd, layer });
    });
    io.stdout.write(`${escapeTerminal(told.path)} (${told.files === 1 ? '1 file' : `${told.files} files`})\n`);
  },
});

function filesOf(source: ImageSource, layer: number | undefined): Promise<LayerUnion> {
  if (layer !== undefined && layer >= source.layers.length) {
    throw new KctlError('usage', `the image has ${source.layers.length} layers, there is no layer ${layer + 1}`);
  }
  return readUnion(source, layer);
}

function listingOf(files: LayerUnion, path: string, recursive: boolean): string {
  const at = realPath(files, path);
  const seen = files.at(at);
  if (seen && seen.entry.kind !== 'directory') return `${rows([[seen, at.slice(at.lastIndexOf('/') + 1)]])}`;
  if (recursive) {
    const lead = at === '' ? 0 : at.length + 1;
    const below = [...files.below(at)].filter(({ entry }) => entry.path !== at);
    return rows(
      below.map((entry) => [entry, entry.entry.path.slice(lead)] as const).sort((a, b) => (a[1] < b[1] ? -1 : 1)),
    );
  }
  const names = files.names(at) ?? [];
  return rows(names.map((name) => [files.at(at === '' ? name : `${at}/${name}`), name] as const));
}

function rows(entries: readonly (readonly [UnionEntry | undefined, string])[]): string {
  const lines = entries.map(([seen, name]) => {
    const shown = isWhiteout(name) ? `${name} (removes what is below it)` : name;
    if (!seen) return `d?????????\t?\t0\t\t${escapeTerminal(shown)}`;
    const { entry } = seen;
    const { size } = seen.content?.entry ?? entry;
    const link = entry.link ? ` ${entry.kind === 'symlink' ? '->' : '='} ${entry.link}` : '';
    const capability = seen.content?.entry.capability ?? entry.capability;
    const rights = capability ? ` [${capabilityText(capability)}]` : '';
    const time = entry.mtime > 0 ? new Date(entry.mtime).toISOString().slice(0, 16).replace('T', ' ') : '';
    return [modeText(entry), `${entry.uid}:${entry.gid}`, size, time, escapeTerminal(`${shown}${link}${rights}`)].join(
      '\t',
    );
  });
  return lines.length === 0 ? '' : `${alignTabs(lines.join('\n'), { minWidth: 0, padding: 2 })}\n`;
}

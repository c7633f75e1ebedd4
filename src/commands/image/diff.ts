import { escapeTerminal } from '../../lib/escape.ts';
import { sizeText } from '../../lib/size-text.ts';
import { truncateText } from '../../lib/text-width.ts';
import { analyseImage } from '../../oci/layers/analyse-image.ts';
import { compareImages, type FileChange, type ImageComparison } from '../../oci/layers/compare-images.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { shortDigest } from './layers-text.ts';
import { type SourceChoice, withImage } from './open-source.ts';
import { type PrintReport, structuredFlags, structuredPrinter } from './structured-output.ts';

interface DiffOptions {
  sources: [SourceChoice, SourceChoice];
  /** Undefined for people. */
  print: PrintReport | undefined;
  files: boolean;
  exitCode: boolean;
}

/** `kctl image diff A B`: layers, settings and files that the second image has otherwise. */
export const diffCommand = defineCommand<DiffOptions>({
  flags: [
    ...structuredFlags,
    { name: 'files', type: 'bool', default: true, describe: 'Compare the files, too.' },
    { name: 'exit-code', type: 'bool', default: false, describe: 'End with 1 where there are differences.' },
    { name: 'platform', type: 'string', default: '', describe: 'Which platform of the images: os/arch[/variant].' },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [a, b, ...rest] = args;
    if (a === undefined || b === undefined || rest.length > 0) {
      throw usageError('name two images, or files that hold them', `${tool} ${commandPath}`);
    }
    const platform = String(flags.platform);
    return {
      sources: [
        { text: a, platform },
        { text: b, platform },
      ],
      print: structuredPrinter(flags),
      files: flags.files === true,
      exitCode: flags['exit-code'] === true,
    };
  },
  async run({ sources, print, files, exitCode }, { io }) {
    const read = (choice: SourceChoice) =>
      withImage(choice, io, async (source) => ({ ...(await analyseImage(source)), config: source.config }));
    const [before, after] = [await read(sources[0]), await read(sources[1])];
    const all = compareImages(before, after);
    const found = files ? all : { ...all, files: [] };
    const columns = io.stdout.isTTY ? io.stdout.columns : undefined;
    io.stdout.write(print ? print(found) : diffText(found, files, columns));
    const isOther = found.config.length + found.files.length + all.layers.before.length + all.layers.after.length > 0;
    return exitCode && isOther ? 1 : 0;
  },
});

export function diffText({ config, layers, files }: ImageComparison, withFiles: boolean, columns?: number): string {
  const layerLine = (mark: string) => (layer: ImageComparison['layers']['shared'][number]) =>
    `${mark} ${shortDigest(layer.digest)} ${sizeText(layer.sizeBytes).padStart(7)} ${escapeTerminal(layer.instruction) || '<unknown>'}`;
  const { shared, before, after, pulledBytes } = layers;
  const lines = [
    `Layers: ${shared.length} shared, ${before.length} gone, ${after.length} new; ${sizeText(pulledBytes)} to pull where the first one is`,
    ...shared.map(layerLine('  =')),
    ...before.map(layerLine('  -')),
    ...after.map(layerLine('  +')),
    config.length === 0 ? 'Config: no differences' : 'Config:',
    ...config.flatMap(({ field, before: was, after: is }) => [
      ...(was === undefined ? [] : [`  - ${escapeTerminal(`${field}=${was}`)}`]),
      ...(is === undefined ? [] : [`  + ${escapeTerminal(`${field}=${is}`)}`]),
    ]),
    ...(withFiles ? [files.length === 0 ? 'Files: no differences' : `Files: ${fileCounts(files)}`] : []),
    ...files.map((change) => `  ${fileLine(change)}`),
  ];
  const cut = (line: string) => (columns === undefined ? line : truncateText(line, columns));
  return `${lines.map(cut).join('\n')}\n`;
}

function fileCounts(files: readonly FileChange[]): string {
  const added = files.filter(({ before }) => !before).length;
  const removed = files.filter(({ after }) => !after).length;
  return `${added} added, ${files.length - added - removed} changed, ${removed} removed`;
}

function fileLine({ path, before, after }: FileChange): string {
  const name = `/${escapeTerminal(path)}`;
  if (!before) return `+ ${name} (${sizeText(after!.size)})`;
  if (!after) return `- ${name} (${sizeText(before.size)})`;
  const changes = [
    before.kind === after.kind ? '' : `${before.kind} -> ${after.kind}`,
    before.size === after.size ? '' : `${sizeText(before.size)} -> ${sizeText(after.size)}`,
    before.mode === after.mode ? '' : `mode ${before.mode.toString(8)} -> ${after.mode.toString(8)}`,
    before.uid === after.uid && before.gid === after.gid
      ? ''
      : `owner ${before.uid}:${before.gid} -> ${after.uid}:${after.gid}`,
  ].filter(Boolean);
  return `~ ${name} (${changes.join(', ') || 'other content'})`;
}

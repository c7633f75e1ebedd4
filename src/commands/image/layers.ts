import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { toKubeJson } from '../../lib/json.ts';
import { truncateText } from '../../lib/text-width.ts';
import { toYaml } from '../../lib/yaml.ts';
import { type ImageReport, type LayerReport, readImageArchive } from '../../oci/read-archive.ts';
import { alignTabs, listLayout } from '../../output/tab-writer.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';

interface LayersOptions {
  file: string;
  output: string;
  files: boolean;
  platform: string;
  image: string;
}

/** `kctl image layers FILE`: what an image is made of, layer by layer, without any daemon. */
export const layersCommand = defineCommand<LayersOptions>({
  flags: [
    {
      name: 'output',
      short: 'o',
      type: 'string',
      default: 'table',
      describe: 'Output format. One of: (table, json, yaml).',
    },
    {
      name: 'files',
      type: 'bool',
      default: false,
      describe: 'List the paths that each layer adds, changes and removes.',
    },
    { name: 'platform', type: 'string', default: '', describe: 'Which platform of the image: os/arch[/variant].' },
    { name: 'image', type: 'string', default: '', describe: 'Which image, where the file holds several.' },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [file, ...rest] = args;
    if (file === undefined || rest.length > 0) {
      throw usageError('name one file or folder that holds an image', `${tool} ${commandPath}`);
    }
    return {
      file,
      output: String(flags.output),
      files: flags.files === true,
      platform: String(flags.platform),
      image: String(flags.image),
    };
  },
  validate({ output }) {
    if (printers[output]) return;
    throw new KctlError(
      'usage',
      `unable to match a printer suitable for the output format "${output}", allowed formats are: json,table,yaml`,
    );
  },
  async run({ file, output, files, platform, image }, { io }) {
    const report = await readImageArchive(resolve(io.cwd, file), {
      ...(platform ? { platform } : {}),
      ...(image ? { image } : {}),
    });
    io.stdout.write(printers[output]!(report, files, io.stdout.isTTY ? io.stdout.columns : undefined));
  },
});

type Printer = (report: ImageReport, files: boolean, columns: number | undefined) => string;

const printers: Readonly<Record<string, Printer>> = {
  table: tableText,
  json: (report, files) => `${toKubeJson(plainReport(report, files))}\n`,
  yaml: (report, files) => toYaml(plainReport(report, files)),
};

/** For programs: counts always, paths with `--files`. */
function plainReport(report: ImageReport, files: boolean): object {
  return {
    ...report,
    layers: report.layers.map(({ added, changed, removed, ...layer }) => ({
      ...layer,
      counts: { added: added.length, changed: changed.length, removed: removed.length },
      ...(files ? { added, changed, removed } : {}),
    })),
  };
}

export function tableText(report: ImageReport, files: boolean, columns?: number): string {
  const rows = report.layers.map((layer, index) =>
    [
      index + 1,
      layer.digest.slice('sha256:'.length).slice(0, 12),
      sizeText(layer.sizeBytes),
      layer.added.length,
      layer.changed.length,
      layer.removed.length,
      escapeTerminal(layer.instruction) || '<unknown>',
    ].join('\t'),
  );
  const header = 'LAYER\tDIGEST\tSIZE\tADDED\tCHANGED\tREMOVED\tINSTRUCTION';
  const lines = alignTabs([header, ...rows].join('\n'), listLayout).split('\n');
  const cut = (line: string) => (columns === undefined ? line : truncateText(line, columns));
  return lines
    .flatMap((line, index) => {
      const layer = index > 0 && files ? report.layers[index - 1] : undefined;
      return [cut(line), ...(layer ? pathLines(layer) : [])];
    })
    .map((line) => `${line}\n`)
    .join('');
}

/** `+` added, `~` changed, `-` removed, in the order of the paths. */
function pathLines({ added, changed, removed }: LayerReport): string[] {
  const marked = [
    ...added.map((path) => ({ path, mark: '+' })),
    ...changed.map((path) => ({ path, mark: '~' })),
    ...removed.map((path) => ({ path, mark: '-' })),
  ];
  return marked
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, mark }) => `        ${mark} /${escapeTerminal(path)}`);
}

/** Decimal units with three digits, as registries and `docker images` count. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${bytes}B` : `${Number(value.toPrecision(3))}${units[unit]}`;
}

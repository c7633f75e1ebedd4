import { KctlError } from '../../lib/errors.ts';
import type { TableOptions } from '../../output/table.ts';
import type { CommandContext, Invocation } from '../command.ts';
import { hasFiles } from '../shared/file-options.ts';
import { nothingNamed } from '../shared/nothing-named.ts';
import { getFormats, type OutputFormat, parseOutputFormat } from '../shared/output-format.ts';
import type { ObjectFilter } from '../shared/where.ts';
import { redrawsInPlace } from './in-place.ts';

/** What `get` was asked for. */
export interface GetOptions {
  args: readonly string[];
  filenames: readonly string[];
  kustomize: string;
  recursive: boolean;
  format: OutputFormat;
  allowMissingKeys: boolean;
  showManagedFields: boolean;
  serverPrint: boolean;
  noHeaders: boolean;
  showKind: boolean;
  showLabels: boolean;
  labelColumns: readonly string[];
  allNamespaces: boolean;
  /** `--contexts`: names and patterns. */
  contexts: readonly string[];
  selector: string;
  fieldSelector: string;
  sortBy: string;
  subresource: string;
  ignoreNotFound: boolean;
  watch: boolean;
  watchOnly: boolean;
  /** `--watch` itself, which --watch-only implies. */
  isWatchGiven: boolean;
  outputWatchEvents: boolean;
  chunkSize: number;
  raw: string;
  /** The text of `--where`; '' without. */
  where: string;
  /** Made of `where` once the types are known. */
  filter?: ObjectFilter | undefined;
  /** How tables are written where `-o` asks for others than those of columns. */
  write?: TableOptions['write'] | undefined;
}

export function completeGet({ args, flags }: Invocation, { tool }: Pick<CommandContext, 'tool'>): GetOptions {
  const on = (name: string) => flags[name] === true;
  const text = (name: string) => String(flags[name] ?? '');
  return {
    args,
    filenames: flags.filename as readonly string[],
    kustomize: text('kustomize'),
    recursive: on('recursive'),
    format: parseOutputFormat(text('output'), text('template'), getFormats, tool),
    allowMissingKeys: on('allow-missing-template-keys'),
    showManagedFields: on('show-managed-fields'),
    serverPrint: on('server-print'),
    noHeaders: on('no-headers'),
    showKind: on('show-kind'),
    showLabels: on('show-labels'),
    labelColumns: flags['label-columns'] as readonly string[],
    allNamespaces: on('all-namespaces'),
    contexts: flags.contexts as readonly string[],
    selector: text('selector'),
    fieldSelector: text('field-selector'),
    sortBy: text('sort-by'),
    subresource: text('subresource'),
    ignoreNotFound: on('ignore-not-found'),
    watch: on('watch') || on('watch-only'),
    watchOnly: on('watch-only'),
    isWatchGiven: on('watch'),
    outputWatchEvents: on('output-watch-events'),
    chunkSize: Number(flags['chunk-size']),
    raw: text('raw'),
    where: text('where').trim(),
  };
}

/** Tables whose cells are written otherwise than in columns. */
export const isWritten = ({ format }: Pick<GetOptions, 'format'>): boolean =>
  format.name === 'md' || format.name === 'csv';

/** Tables, of which the server says the cells; everything else prints objects. */
export function isTable({ format }: GetOptions): boolean {
  return format.name === '' || format.name === 'wide' || isWritten({ format });
}

export function validateGet(options: GetOptions, context: CommandContext): void {
  const { tool, io } = context;
  if (options.raw !== '') {
    validateRaw(options);
    return;
  }
  if (options.outputWatchEvents && !options.watch) {
    throw new KctlError('usage', '--output-watch-events option can only be used with --watch or --watch-only');
  }
  if (options.showLabels && !isTable(options)) {
    throw new KctlError('usage', `--show-labels option cannot be used with ${options.format.name} printer`);
  }
  if (options.watch && options.sortBy !== '' && !redrawsInPlace(options, context)) {
    const isOnly = options.watchOnly && !options.isWatchGiven;
    const what = isOnly ? '--watch-only' : '--watch';
    const which = isOnly ? 'ignored' : 'ignored for watch events received';
    io.stderr.write(`warning: ${what} requested, --sort-by will be ${which}\n`);
  }
  const fromFiles = hasFiles(options);
  if (fromFiles && options.args.length > 0) {
    throw new KctlError(
      'usage',
      'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well',
    );
  }
  if (!fromFiles && options.args.length === 0) {
    if (options.watch) throw nothingNamed();
    io.stderr.write(
      `You must specify the type of resource to get. Use "${tool} api-resources" for a complete list of supported resources.\n\n`,
    );
    throw new KctlError(
      'usage',
      `Required resource not specified.\nUse "${tool} explain <resource>" for a detailed description of that resource (e.g. ${tool} explain pods).`,
      { hint: `See '${tool} get -h' for help and examples` },
    );
  }
}

function validateRaw(options: GetOptions): void {
  const { args, raw, format } = options;
  if (args.length > 0 || hasFiles(options)) {
    throw new KctlError('usage', 'arguments may not be passed when --raw is specified');
  }
  if (options.watch || options.selector !== '' || options.fieldSelector !== '' || options.where !== '') {
    throw new KctlError(
      'usage',
      '--raw may not be specified with other flags that filter the server request or alter the output',
    );
  }
  if (format.name !== '') throw new KctlError('usage', '--raw and --output are mutually exclusive');
  if (!raw.startsWith('/')) {
    throw new KctlError('usage', `--raw must be a valid URL path: parse "${raw}": invalid URI for request`);
  }
}

import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { addSource, throwCollected, usageError } from '../shared/errors.ts';
import { type FileOptions, readFileOptions, validateFileOptions } from '../shared/file-options.ts';
import { withLastApplied } from '../shared/last-applied.ts';
import { type Manifest, readManifests } from '../shared/manifests.ts';
import { objectFormats, ownFormatsBeside, type ResultOutput } from '../shared/output-format.ts';
import { postObject } from '../shared/post-object.ts';
import {
  dryRunFlag,
  fieldManagerFlag,
  fileFlags,
  printFlags,
  selectorFlag,
  validateFlag,
} from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { saveConfigFlag } from '../shared/save-config.ts';
import { sendRaw, validateRaw } from '../shared/send-raw.ts';
import { type DryRun, type FieldValidation, parseDryRun, parseValidate, writeQuery } from '../shared/write-flags.ts';

interface CreateOptions {
  args: readonly string[];
  files: FileOptions;
  output: ResultOutput;
  dryRun: DryRun;
  validation: FieldValidation;
  fieldManager: string;
  saveConfig: boolean;
  edit: boolean;
  windowsLineEndings: boolean;
  /** The path of `--raw`; '' where the file holds objects. */
  raw: string;
  selector: string;
}

/** `kctl create -f`: every object of the files that does not exist yet. */
export const createCommand = defineCommand<CreateOptions>({
  flags: [
    dryRunFlag,
    { name: 'edit', type: 'bool', default: false, describe: 'Open what is created in an editor first.' },
    fieldManagerFlag('kubectl-create'),
    ...fileFlags('the objects to create'),
    ...printFlags(objectFormats.join(', '), ownFormatsBeside(objectFormats)),
    { name: 'raw', type: 'string', default: '', describe: 'Path of the server to send the file to as it is.' },
    saveConfigFlag,
    selectorFlag,
    validateFlag,
    {
      name: 'windows-line-endings',
      type: 'bool',
      default: process.platform === 'win32',
      describe: 'With --edit: end the lines of the file as Windows does.',
    },
  ],
  async complete({ args, flags }, { io, tool }) {
    return {
      args,
      files: await readFileOptions(flags),
      output: readResultOutput(flags, tool),
      dryRun: parseDryRun(flags, io),
      validation: parseValidate(flags),
      fieldManager: String(flags['field-manager']),
      saveConfig: flags['save-config'] === true,
      edit: flags.edit === true,
      windowsLineEndings: flags['windows-line-endings'] === true,
      raw: String(flags.raw),
      selector: String(flags.selector),
    };
  },
  validate({ args, files, raw, edit, selector, output }, { tool }) {
    if (args.length > 0) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} create`);
    validateFileOptions(files);
    if (raw === '') return;
    if (edit) throw new KctlError('usage', '--raw and --edit are mutually exclusive');
    if (files.filenames.length !== 1) throw new KctlError('usage', '--raw can only use a single local file or stdin');
    validateRaw(raw, { ...files, filenames: files.filenames }, selector === '' ? output.format.name : '');
    if (selector !== '') throw new KctlError('usage', '--raw and --selector (-l) are mutually exclusive');
  },
  async run(options, context) {
    if (options.raw !== '') return sendRaw('POST', options.raw, options.files.filenames[0]!, context);
    const cluster = await context.connect();
    const printer = await resultPrinter(options.output, options.dryRun, context.io);
    const errors: unknown[] = [];
    // What could not be read is told after what the server said, as kubectl does.
    const unread: unknown[] = [];
    const validated = options.validation !== 'Ignore';
    const request = { ...options.files, io: context.io, signal: context.signal, validated };
    let count = 0;
    for await (const item of readManifests(request, cluster)) {
      if (item instanceof KctlError) {
        unread.push(item);
        continue;
      }
      count++;
      if (options.edit) {
        const { editFirst } = await import('./edit-first.ts');
        await editFirst(item, options, cluster, context).catch((error) => errors.push(error));
        continue;
      }
      try {
        const object = await createOne(item, options, cluster, context);
        printer.print(item.resource, object, 'created');
      } catch (error) {
        errors.push(addSource('creating', item.source, error));
      }
    }
    throwCollected([...errors, ...unread]);
    if (count === 0) throw new KctlError('input', 'no objects passed to create');
    return 0;
  },
});

function createOne(
  { object, resource }: Manifest,
  options: CreateOptions,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<KubeObject> {
  const body = options.saveConfig ? withLastApplied(object) : object;
  if (options.dryRun === 'client') return Promise.resolve(body);
  return postObject(cluster, resource, body, writeQuery(options), signal);
}

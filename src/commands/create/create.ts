import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { addSource, throwCollected, usageError } from '../shared/errors.ts';
import { type FileOptions, readFileOptions, validateFileOptions } from '../shared/file-options.ts';
import { withLastApplied } from '../shared/last-applied.ts';
import { type Manifest, readManifests } from '../shared/manifests.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
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
import { type DryRun, type FieldValidation, parseDryRun, parseValidate, writeQuery } from '../shared/write-flags.ts';

interface CreateOptions {
  args: readonly string[];
  files: FileOptions;
  output: ResultOutput;
  dryRun: DryRun;
  validation: FieldValidation;
  fieldManager: string;
  saveConfig: boolean;
}

/** `kctl create -f`: every object of the files that does not exist yet. */
export const createCommand = defineCommand<CreateOptions>({
  flags: [
    dryRunFlag,
    fieldManagerFlag('kubectl-create'),
    ...fileFlags('the objects to create'),
    ...printFlags(objectFormats.join(', ')),
    saveConfigFlag,
    selectorFlag,
    validateFlag,
  ],
  async complete({ args, flags }, { io }) {
    return {
      args,
      files: await readFileOptions(flags),
      output: readResultOutput(flags),
      dryRun: parseDryRun(flags, io),
      validation: parseValidate(flags),
      fieldManager: String(flags['field-manager']),
      saveConfig: flags['save-config'] === true,
    };
  },
  validate({ args, files }, { tool }) {
    if (args.length > 0) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} create`);
    validateFileOptions(files);
  },
  async run(options, context) {
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
      try {
        const object = await createOne(item, options, cluster, context);
        printer.print(item.resource, object, 'created');
      } catch (error) {
        errors.push(addSource('creating', item.source, error));
      }
    }
    throwCollected([...errors, ...unread]);
    if (count === 0) throw new KctlError('input', 'no objects passed to create');
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

import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { throwCollected, usageError } from '../shared/errors.ts';
import { readFileOptions, validateFileOptions } from '../shared/file-options.ts';
import { type Manifest, readManifests } from '../shared/manifests.ts';
import { objectFormats } from '../shared/output-format.ts';
import {
  dryRunFlag,
  fieldManagerFlag,
  fileFlags,
  printFlags,
  selectorFlag,
  validateFlag,
} from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { parseDryRun, parseValidate } from '../shared/write-flags.ts';
import { applyInClient } from './client-side.ts';
import type { ApplyOptions } from './options.ts';
import { applyInServer } from './server-side.ts';

const clientManager = 'kubectl-client-side-apply';
const serverManager = 'kubectl';

/** `kctl apply -f`: makes the cluster have what the files say, object by object. */
export const applyCommand = defineCommand<ApplyOptions>({
  flags: [
    dryRunFlag,
    fieldManagerFlag(clientManager),
    ...fileFlags('the objects to apply'),
    bool('force-conflicts', 'With --server-side, take over fields that others manage.'),
    {
      ...bool(
        'overwrite',
        "Let the manifest's values win where the live object was changed meanwhile; it cannot be turned off.",
      ),
      default: true,
    },
    ...printFlags(objectFormats.join(', ')),
    selectorFlag,
    bool('server-side', 'Let the server merge the manifest into the object.'),
    validateFlag,
  ],
  async complete({ args, flags, given }) {
    const serverSide = flags['server-side'] === true;
    return {
      args,
      files: await readFileOptions(flags),
      output: readResultOutput(flags),
      dryRun: parseDryRun(flags),
      validation: parseValidate(flags),
      serverSide,
      forceConflicts: flags['force-conflicts'] === true,
      overwrite: flags.overwrite !== false,
      fieldManager: serverSide && !given.has('field-manager') ? serverManager : String(flags['field-manager']),
    };
  },
  validate({ args, files, serverSide, forceConflicts, overwrite, dryRun }, { tool }) {
    if (args.length > 0) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} apply`);
    if (!overwrite) {
      throw new KctlError('usage', '--overwrite=false is not supported', {
        hint: `'${tool} apply --server-side' refuses to change what others manage.`,
      });
    }
    if (forceConflicts && !serverSide) throw new KctlError('usage', '--force-conflicts only works with --server-side');
    if (dryRun === 'client' && serverSide) {
      throw new KctlError(
        'usage',
        "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
      );
    }
    validateFileOptions(files);
  },
  async run(options, context) {
    const cluster = await context.connect();
    const printer = await resultPrinter(options.output, options.dryRun, context.io);
    const applyOne = options.serverSide ? applyInServer : applyInClient;
    const errors: unknown[] = [];
    const validated = options.validation !== 'Ignore';
    const request = { ...options.files, io: context.io, signal: context.signal, validated };
    const manifests: Manifest[] = [];
    for await (const item of readManifests(request, cluster)) {
      if (item instanceof KctlError) errors.push(item);
      else manifests.push(item);
    }
    if (manifests.length === 0 && errors.length === 0) throw new KctlError('input', 'no objects passed to apply');

    const results: { manifest: Manifest; object: KubeObject }[] = [];
    for (const manifest of manifests) {
      try {
        const { object, operation } = await applyOne(manifest, options, cluster, context);
        results.push({ manifest, object });
        if (!printer.wantsObjects) printer.print(manifest.resource, object, operation);
      } catch (error) {
        errors.push(error);
      }
    }
    if (printer.wantsObjects && results.length > 0) {
      const objects = results.map(({ object }) => object);
      const shown =
        objects.length === 1 ? objects[0]! : { apiVersion: 'v1', kind: 'List', metadata: {}, items: objects };
      printer.print(results[0]!.manifest.resource, shown, '');
    }
    throwCollected(errors);
  },
});

function bool(name: string, describe: string) {
  return { name, type: 'bool' as const, default: false, describe };
}

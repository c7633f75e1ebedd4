import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, parseApiVersion, resourcePath } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import { objectFormats, ownFormatsBeside, type ResultOutput } from '../shared/output-format.ts';
import { dryRunFlag, fieldManagerFlag, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import {
  nothingNamed,
  type ObjectSelection,
  objectSelectionFlags,
  readObjectSelection,
  type SelectedObject,
  selectObjects,
} from '../shared/select-objects.ts';
import { type DryRun, parseDryRun, writeQuery } from '../shared/write-flags.ts';
import { patchLocally } from './patch-locally.ts';
import { type PatchType, patchTypes, readPatch } from './read-patch.ts';

interface PatchOptions {
  selection: ObjectSelection;
  patch: string;
  patchFile: string;
  type: string;
  subresource: string;
  output: ResultOutput;
  dryRun: DryRun;
  fieldManager: string;
}

/** `kctl patch`: one patch for every object that is named. */
export const patchCommand = defineCommand<PatchOptions>({
  flags: [
    ...objectSelectionFlags('the objects to patch', []),
    dryRunFlag,
    fieldManagerFlag('kubectl-patch'),
    { name: 'local', type: 'bool', default: false, describe: 'Patch the objects of -f as they are, and send nothing.' },
    { name: 'patch', short: 'p', type: 'string', default: '', describe: 'The patch, as JSON or YAML.' },
    { name: 'patch-file', type: 'string', default: '', describe: 'A file with the patch.' },
    ...printFlags(objectFormats.join(', '), ownFormatsBeside(objectFormats)),
    { name: 'subresource', type: 'string', default: '', describe: 'Patch this subresource: status, scale, resize.' },
    { name: 'type', type: 'string', default: 'strategic', describe: 'The kind of patch: json, merge or strategic.' },
  ],
  async complete({ args, flags }, { io, tool }) {
    const text = (name: string) => String(flags[name] ?? '');
    return {
      selection: await readObjectSelection(args, { flags }),
      patch: text('patch'),
      patchFile: text('patch-file'),
      type: text('type').toLowerCase(),
      subresource: text('subresource'),
      output: readResultOutput(flags, tool),
      dryRun: parseDryRun(flags, io),
      fieldManager: text('field-manager'),
    };
  },
  validate({ selection, patch, patchFile, type, dryRun }) {
    const { args, files, local } = selection;
    if (patch !== '' && patchFile !== '') {
      throw new KctlError('usage', 'cannot specify --patch and --patch-file together');
    }
    if (patch === '' && patchFile === '') {
      throw new KctlError('usage', 'must specify --patch or --patch-file containing the contents of the patch');
    }
    if (local && args.length > 0) throw new KctlError('usage', 'cannot specify --local and server resources');
    if (local && dryRun === 'server') {
      throw new KctlError('usage', 'cannot specify --local and --dry-run=server - did you mean --dry-run=client?');
    }
    if (!Object.hasOwn(patchTypes, type)) {
      throw new KctlError('usage', `--type must be one of [json merge strategic], not ${JSON.stringify(type)}`);
    }
    if (args.length === 0 && !hasFiles(files)) throw nothingNamed();
  },
  async run(options, context) {
    const body = await readPatch(options, context.io);
    const cluster = await context.connect();
    const printer = await resultPrinter(options.output, 'none', context.io);
    const errors: unknown[] = [];
    for await (const item of selectObjects(options.selection, cluster, context)) {
      if (item instanceof KctlError) {
        errors.push(item);
        continue;
      }
      try {
        const { before, object } = await patchOne(item, body, options, cluster, context);
        const { group } = parseApiVersion(object.apiVersion);
        const operation = isDeepStrictEqual(before, object) ? 'patched (no change)' : 'patched';
        printer.print({ ...item.resource, group, kind: object.kind }, object, operation);
      } catch (error) {
        errors.push(error);
      }
    }
    throwCollected(errors);
  },
});

async function patchOne(
  { resource, object }: SelectedObject,
  body: string,
  { selection, type, subresource, dryRun, fieldManager }: PatchOptions,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<{ before: KubeObject; object: KubeObject }> {
  const { namespace, name } = object.metadata;
  const path = resourcePath(resource, { namespace, name, subresource: subresource || undefined });
  const before =
    subresource === '' ? object : await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  if (selection.local || dryRun === 'client') {
    return { before, object: patchLocally(before, body, type as PatchType) };
  }
  try {
    const query = writeQuery({ dryRun, fieldManager });
    const contentType = patchTypes[type as PatchType];
    const request = { method: 'PATCH', path, query, contentType, body, signal } as const;
    return { before, object: await cluster.transport.json<KubeObject>(request) };
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.httpCode !== 415) throw error;
    const kind = `${apiVersionOf(resource)}, Kind=${resource.kind}`;
    throw new KctlError('api', `${patchTypes[type as PatchType]} is not supported by ${kind}: ${error.message}`, {
      cause: error,
      ...(type === 'strategic' ? { hint: 'Custom resources have no strategic merge: try --type=merge.' } : {}),
    });
  }
}

import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { toCompactJson } from '../../lib/json.ts';
import { createMergePatch } from '../../lib/patch/merge-patch.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { addSource } from '../shared/errors.ts';
import { type FileOptions, readFileOptions } from '../shared/file-options.ts';
import { type Manifest, readManifests } from '../shared/manifests.ts';
import { describeTarget } from '../shared/names.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { dryRunFlag, fileFlags, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { type DryRun, parseDryRun, writeQuery } from '../shared/write-flags.ts';

interface SetLastAppliedOptions {
  files: FileOptions;
  output: ResultOutput;
  dryRun: DryRun;
  createAnnotation: boolean;
}

/** `kctl apply set-last-applied`: the annotation as though the files had been applied, and nothing else. */
export const setLastAppliedCommand = defineCommand<SetLastAppliedOptions>({
  flags: [
    {
      name: 'create-annotation',
      type: 'bool',
      default: false,
      describe: 'Also where the object has no such annotation yet.',
    },
    dryRunFlag,
    ...fileFlags('what was applied last').filter(({ name }) => name === 'filename'),
    ...printFlags(objectFormats.join(', ')),
  ],
  async complete({ flags }, { io }) {
    return {
      files: await readFileOptions(flags),
      output: readResultOutput(flags),
      dryRun: parseDryRun(flags, io),
      createAnnotation: flags['create-annotation'] === true,
    };
  },
  async run({ files, output, dryRun, createAnnotation }, context) {
    const { io, signal } = context;
    const cluster = await context.connect();
    const printer = await resultPrinter(output, dryRun, io);
    if (files.filenames.length === 0) throw noFiles();
    const changes: { manifest: Manifest; live: KubeObject; patch: string }[] = [];
    for await (const item of readManifests({ ...files, io, signal }, cluster)) {
      if (item instanceof KctlError) throw item;
      const { patch, text } = annotationPatch(item.object);
      const live = await liveObject(item, cluster, context);
      const before = live.metadata.annotations?.[lastAppliedAnnotation];
      const { name = '' } = item.object.metadata;
      if (before === undefined && !createAnnotation) {
        throw new KctlError(
          'input',
          `no last-applied-configuration annotation found on resource: ${name}, to create the annotation, run the command with --create-annotation`,
        );
      }
      if (before !== undefined && sameJson(before, text)) {
        io.stdout.write(`set-last-applied ${name}: no changes required.\n`);
      } else changes.push({ manifest: item, live, patch });
    }
    for (const { manifest, live, patch } of changes) {
      const { name, namespace } = live.metadata;
      const path = resourcePath(manifest.resource, { name, namespace });
      const contentType = 'application/merge-patch+json';
      const query = writeQuery({ dryRun });
      const request = { method: 'PATCH', path, query, contentType, body: patch, signal } as const;
      const object = dryRun === 'client' ? live : await cluster.transport.json<KubeObject>(request);
      printer.print(manifest.resource, object, 'configured');
    }
  },
});

function noFiles(): KctlError {
  return new KctlError(
    'usage',
    "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
  );
}

/** A merge patch that puts the text of `object` into its annotation, and that text. */
export function annotationPatch(object: KubeObject): { patch: string; text: string } {
  const text = `${toCompactJson(object)}\n`;
  const after = structuredClone(object);
  after.metadata.annotations = { ...after.metadata.annotations, [lastAppliedAnnotation]: text };
  return { patch: toCompactJson(createMergePatch(object, after)), text };
}

async function liveObject(
  { object, resource, source }: Manifest,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<KubeObject> {
  try {
    if (!object.metadata.name) throw new KctlError('input', 'resource name may not be empty');
    const path = resourcePath(resource, object.metadata);
    return await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  } catch (error) {
    if (isApiError(error, 'NotFound')) throw error;
    const doing = `retrieving current configuration of:\n${describeTarget(resource, object)}\nfrom server for:`;
    throw addSource(doing, source, error);
  }
}

function sameJson(one: string, other: string): boolean {
  try {
    return toCompactJson(parseExactJson(one)) === toCompactJson(parseExactJson(other));
  } catch {
    return one === other;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../api/meta.ts';
import { resourcePath } from '../api/resource.ts';
import { isApiError } from '../api/status.ts';
import type { Cluster } from '../kube/cluster.ts';
import { parseGoDuration } from '../lib/duration.ts';
import { KctlError } from '../lib/errors.ts';
import { defineCommand } from './command.ts';
import { throwCollected } from './shared/errors.ts';
import { hasFiles } from './shared/file-options.ts';
import { objectFormats, ownFormatsBeside, type ResultOutput } from './shared/output-format.ts';
import { dryRunFlag, printFlags } from './shared/print-flags.ts';
import { readResultOutput, resultPrinter } from './shared/result-printer.ts';
import {
  nothingNamed,
  type ObjectSelection,
  objectSelectionFlags,
  readObjectSelection,
  type SelectedObject,
  selectObjects,
} from './shared/select-objects.ts';
import { type DryRun, parseDryRun, writeQuery } from './shared/write-flags.ts';

interface ScaleOptions {
  selection: ObjectSelection;
  /** Undefined where the flag is absent. */
  replicas: number | undefined;
  /** -1: whatever there is. */
  currentReplicas: number;
  resourceVersion: string;
  /** Milliseconds; 0 does not wait. */
  timeout: number;
  output: ResultOutput;
  dryRun: DryRun;
}

/** How often a scale that is waited for is looked at, in ms. */
const poll = 250;

/** `kctl scale`: through the scale subresource, so that it works for every kind that has one. */
export const scaleCommand = defineCommand<ScaleOptions>({
  flags: [
    ...objectSelectionFlags('the objects to scale', ['all', 'selector', 'where']),
    { name: 'current-replicas', type: 'int', default: -1, describe: 'Scale only where it has this size now.' },
    dryRunFlag,
    ...printFlags(objectFormats.join(', '), ownFormatsBeside(objectFormats)),
    { name: 'replicas', type: 'int', default: 0, describe: 'The new size. Required.' },
    { name: 'resource-version', type: 'string', default: '', describe: 'Scale only this version of the object.' },
    {
      name: 'timeout',
      type: 'duration',
      default: '0s',
      describe: 'How long to wait for the new size; 0 does not wait.',
    },
  ],
  async complete({ args, flags, given }, { io, tool }) {
    return {
      selection: await readObjectSelection(args, { flags }),
      replicas: given.has('replicas') ? Number(flags.replicas) : undefined,
      currentReplicas: Number(flags['current-replicas']),
      resourceVersion: String(flags['resource-version']),
      timeout: parseGoDuration(String(flags.timeout)),
      output: readResultOutput(flags, tool),
      dryRun: parseDryRun(flags, io),
    };
  },
  validate({ selection, replicas, currentReplicas }) {
    const { args, files } = selection;
    if (replicas === undefined) throw new KctlError('usage', 'required flag(s) "replicas" not set');
    if (replicas < 0) {
      throw new KctlError(
        'usage',
        'The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
      );
    }
    if (currentReplicas < -1) {
      throw new KctlError('usage', 'The --current-replicas must specify an integer of -1 or greater');
    }
    if (args.length === 0 && !hasFiles(files)) throw nothingNamed();
  },
  async run(options, context) {
    const cluster = await context.connect();
    const printer = await resultPrinter(options.output, options.dryRun, context.io);
    const errors: unknown[] = [];
    let found = 0;
    const items: (SelectedObject | KctlError)[] = [];
    for await (const item of selectObjects(options.selection, cluster, context)) items.push(item);
    if (options.resourceVersion !== '' && items.filter((item) => !(item instanceof KctlError)).length > 1) {
      throw new KctlError('usage', 'cannot use --resource-version with multiple resources');
    }
    for (const item of items) {
      if (item instanceof KctlError) {
        errors.push(item);
        continue;
      }
      found++;
      try {
        if (options.dryRun !== 'client') await scaleOne(item, options, cluster, context.signal);
        printer.print(item.resource, item.object, 'scaled');
      } catch (error) {
        errors.push(error);
      }
    }
    if (found === 0) {
      const reasons = errors.map((error) => (error as Error).message);
      const list = reasons.length > 1 ? `[${reasons.join(', ')}]` : reasons.join('');
      throw new KctlError('input', `no objects passed to scale ${list}`.trimEnd());
    }
    throwCollected(errors);
  },
});

async function scaleOne(
  { resource, object }: SelectedObject,
  options: ScaleOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name } = object.metadata;
  const request = { path: resourcePath(resource, { namespace, name, subresource: 'scale' }), signal };
  const query = writeQuery(options);
  if (options.currentReplicas >= 0 || options.resourceVersion !== '') {
    const scale = await cluster.transport.json<KubeObject>({ ...request, method: 'GET' });
    checkPreconditions(scale, options);
    // With the version that was looked at, so that nobody comes in between.
    const body = JSON.stringify({ ...scale, spec: { ...scale.spec, replicas: options.replicas } });
    await cluster.transport.json({ ...request, method: 'PUT', query, contentType: 'application/json', body });
  } else {
    const body = JSON.stringify({ spec: { replicas: options.replicas } });
    const contentType = 'application/merge-patch+json';
    await cluster.transport.json({ ...request, method: 'PATCH', query, contentType, body });
  }
  if (options.timeout > 0 && options.dryRun === 'none') await waitForSize(request, options, cluster, name ?? '');
}

function checkPreconditions({ spec, metadata }: KubeObject, options: ScaleOptions): void {
  const size = Number(spec?.replicas ?? 0);
  if (options.currentReplicas >= 0 && size !== options.currentReplicas) {
    throw new KctlError('conflict', `Expected replicas to be ${options.currentReplicas}, was ${size}`);
  }
  if (options.resourceVersion !== '' && metadata.resourceVersion !== options.resourceVersion) {
    const was = metadata.resourceVersion ?? '';
    throw new KctlError('conflict', `Expected resource version to be ${options.resourceVersion}, was ${was}`);
  }
}

/** Until as many pods are there as were asked for; another size that somebody sets meanwhile ends it too. */
async function waitForSize(
  request: { path: string; signal: AbortSignal },
  { replicas, timeout }: ScaleOptions,
  cluster: Cluster,
  name: string,
): Promise<void> {
  const end = performance.now() + timeout;
  while (performance.now() < end) {
    try {
      const { spec, status } = await cluster.transport.json<KubeObject>({ ...request, method: 'GET' });
      const size = Number(spec?.replicas ?? 0);
      if (size !== replicas || size === Number(status?.replicas ?? 0)) return;
    } catch (error) {
      if (isApiError(error, 'NotFound')) return;
      throw error;
    }
    await delay(Math.min(poll, timeout), undefined, { signal: request.signal });
  }
  throw new KctlError('api', `timed out waiting for "${name}" to be synced`);
}

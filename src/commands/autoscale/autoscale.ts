import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ResourceInfo } from '../../api/resource.ts';
import { findBuiltinKind } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand, type FlagValues } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import { objectFormats } from '../shared/output-format.ts';
import { postInNamespace } from '../shared/post-object.ts';
import { dryRunFlag, fieldManagerFlag, fileFlags, printFlags } from '../shared/print-flags.ts';
import { requireFlags } from '../shared/required-flags.ts';
import { readResultOutput } from '../shared/result-printer.ts';
import { annotateLastApplied, saveConfigFlag } from '../shared/save-config.ts';
import { nothingNamed, type ObjectSelection, readObjectSelection, selectObjects } from '../shared/select-objects.ts';
import { typedPrinter } from '../shared/typed-printer.ts';
import { type DryRun, parseDryRun, writeQuery } from '../shared/write-flags.ts';

interface AutoscaleOptions {
  selection: ObjectSelection;
  name: string;
  min: number;
  max: number;
  cpuPercent: number;
  flags: FlagValues;
  dryRun: DryRun;
  saveConfig: boolean;
  fieldManager: string;
}

/** `kctl autoscale`: an autoscaler (autoscaling/v1, as kubectl makes them) for what has a scale. */
export const autoscaleCommand = defineCommand<AutoscaleOptions>({
  flags: [
    {
      name: 'cpu-percent',
      type: 'int32',
      default: -1,
      describe: 'How busy pods shall be, in percent of their requests.',
    },
    dryRunFlag,
    fieldManagerFlag('kubectl-autoscale'),
    ...fileFlags('the objects to scale'),
    { name: 'max', type: 'int32', default: -1, describe: 'The most pods. Required.' },
    { name: 'min', type: 'int32', default: -1, describe: 'The fewest pods; negative leaves it to the server.' },
    { name: 'name', type: 'string', default: '', describe: 'Name of the autoscaler; without it, that of the object.' },
    ...printFlags(objectFormats.join(', ')),
    saveConfigFlag,
  ],
  async complete({ args, afterDash = [], flags, given }, { io }) {
    requireFlags(given, ['max']);
    return {
      dryRun: parseDryRun(flags, io),
      selection: await readObjectSelection([...args, ...afterDash], { flags }),
      name: String(flags.name),
      min: Number(flags.min),
      max: Number(flags.max),
      cpuPercent: Number(flags['cpu-percent']),
      flags,
      saveConfig: flags['save-config'] === true,
      fieldManager: String(flags['field-manager']),
    };
  },
  validate({ min, max }) {
    if (max < 1) throw new KctlError('usage', `--max=MAXPODS is required and must be at least 1, max: ${max}`);
    if (max < min) {
      throw new KctlError('usage', `--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
    }
  },
  async run(options, context) {
    const { selection, dryRun } = options;
    const cluster = await context.connect();
    if (selection.args.length === 0 && !hasFiles(selection.files)) throw nothingNamed();
    const errors: unknown[] = [];
    let count = 0;
    for await (const item of selectObjects(selection, cluster, context)) {
      try {
        if (item instanceof KctlError) throw item;
        requireScale(item.resource);
        const scaler = scalerOf(item.object.metadata.name ?? '', item.resource, options);
        const home = findBuiltinKind(scaler.apiVersion, scaler.kind)!;
        const shown = dryRun === 'client' ? scaler : await send(scaler, home, options, cluster, context);
        count++;
        // A printer for each, made as late as kubectl makes it: a wrong -o is told when the autoscaler is there.
        const printer = await typedPrinter(readResultOutput(options.flags), dryRun, context.io);
        printer.print(home, shown, dryRun === 'client' ? 'created' : 'autoscaled');
      } catch (error) {
        errors.push(error);
      }
    }
    throwCollected(errors);
    if (count === 0) throw new KctlError('input', 'no objects passed to autoscale');
  },
});

/** @throws KctlError for a kind without sizes */
function requireScale(resource: ResourceInfo): void {
  if (resource.subresources.some(({ name }) => name === 'scale')) return;
  const { group, version, plural, kind } = resource;
  throw new KctlError(
    'usage',
    `cannot autoscale a ${kind}: could not find scale subresource for ${group}/${version}, Resource=${plural} in discovery information`,
  );
}

function scalerOf(target: string, resource: ResourceInfo, options: AutoscaleOptions): KubeObject {
  const { name, min, max, cpuPercent } = options;
  return asDeclared({
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: name || target },
    spec: {
      scaleTargetRef: { kind: resource.kind, name: target, apiVersion: apiVersionOf(resource) },
      ...(min > 0 && { minReplicas: min }),
      maxReplicas: max,
      ...(cpuPercent >= 0 && { targetCPUUtilizationPercentage: cpuPercent }),
    },
  });
}

function send(
  scaler: KubeObject,
  resource: ResourceInfo,
  options: AutoscaleOptions,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<KubeObject> {
  if (options.saveConfig) annotateLastApplied(scaler);
  return postInNamespace(cluster, resource, scaler, writeQuery(options), signal);
}

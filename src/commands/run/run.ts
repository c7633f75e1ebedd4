import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { findBuiltinKind } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand, type FlagValues } from '../command.ts';
import { parseCascade } from '../shared/cascade.ts';
import { throwCollected, usageError } from '../shared/errors.ts';
import { withOverrides } from '../shared/overrides.ts';
import { postInNamespace } from '../shared/post-object.ts';
import { requireFlags } from '../shared/required-flags.ts';
import { type ResultPrinter, readResultOutput } from '../shared/result-printer.ts';
import { annotateLastApplied } from '../shared/save-config.ts';
import { typedPrinter } from '../shared/typed-printer.ts';
import { type DryRun, parseDryRun, writeQuery } from '../shared/write-flags.ts';
import { runFlags } from './flags.ts';
import { isImageName } from './image-name.ts';
import { podOf, serviceOf } from './pod.ts';

interface RunOptions {
  name: string;
  /** The words after the name. */
  words: readonly string[];
  flags: FlagValues;
  attach: boolean;
  dryRun: DryRun;
  saveConfig: boolean;
  fieldManager: string;
  /** How long the pod may take until it runs, in ms. */
  podTimeout: number;
  printer: ResultPrinter;
}

/** `kctl run`: a pod of one image, if wanted with a service, and attached to until it ends. */
export const runCommand = defineCommand<RunOptions>({
  flags: runFlags,
  async complete({ args, afterDash, flags, given }, context) {
    requireFlags(given, ['image']);
    const { io, tool, commandPath } = context;
    const dryRun = parseDryRun(flags, io);
    const printer = await typedPrinter(readResultOutput(flags, context.tool), dryRun, io);
    parseCascade(String(flags.cascade), io);
    const [name, ...words] = [...args, ...(afterDash ?? [])];
    if (name === undefined) throw usageError('NAME is required for run', `${tool} ${commandPath}`);
    return {
      ...{ name, words, flags, dryRun, printer },
      attach: given.has('attach') ? flags.attach === true : flags.stdin === true,
      saveConfig: flags['save-config'] === true,
      fieldManager: String(flags['field-manager']),
      podTimeout: parseGoDuration(String(flags['pod-running-timeout'])),
    };
  },
  validate(options, { tool, commandPath }) {
    const problem = problemOf(options);
    if (!problem) return;
    const [message, isUsage] = problem;
    throw isUsage ? usageError(message, `${tool} ${commandPath}`) : new KctlError('usage', message);
  },
  async run(options, context) {
    const cluster = await context.connect();
    const { name, words, flags, attach, printer } = options;
    if (name === '') throw new KctlError('usage', 'Parameter: name is required');
    const pod = await send(await withOverrides(podOf(name, words, flags), flags), options, cluster, context);
    const created = [pod];
    const errors: unknown[] = [];
    if (flags.expose === true) {
      try {
        const service = await send(serviceOf(name, flags), options, cluster, context);
        created.push(service);
        printer.print(findBuiltinKind('v1', 'Service')!, service, 'created');
        // kubectl puts one, and its printer of YAML another.
        if (flags.output === 'yaml') context.io.stdout.write('---\n');
      } catch (error) {
        errors.push(error);
      }
    }
    if (!attach) {
      printer.print(findBuiltinKind(pod.apiVersion, pod.kind)!, pod, 'created');
      throwCollected(errors);
      return 0;
    }
    const { followPod } = await import('./follow-pod.ts');
    try {
      return await followPod(pod, options, cluster, context);
    } finally {
      if (flags.rm === true) await remove(created, flags.quiet === true, cluster, context);
    }
  },
});

/** What is wrong with the command line, and whether kubectl points to its help then; the order is kubectl's. */
function problemOf({
  flags,
  attach,
  dryRun,
  podTimeout,
}: RunOptions): readonly [message: string, isUsage: boolean] | undefined {
  const { image, restart, 'image-pull-policy': pullPolicy } = flags;
  const problems: readonly (readonly [isWrong: boolean, message: string, isUsage: boolean])[] = [
    [podTimeout <= 0, '--pod-running-timeout must be higher than zero', true],
    [image === '', '--image is required', false],
    [!isImageName(String(image)), `Invalid image name ${JSON.stringify(image)}: invalid reference format`, false],
    [flags.tty === true && flags.stdin !== true, '-i/--stdin is required for containers with -t/--tty=true', true],
    [flags.expose === true && flags.port === '', '--port must be set when exposing a service', true],
    [!['', 'Always', 'OnFailure', 'Never'].includes(String(restart)), `invalid restart policy: ${restart}`, true],
    [flags.rm === true && !attach, '--rm should only be used for attached containers', true],
    [
      attach && dryRun !== 'none',
      "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
      true,
    ],
    [
      !['', 'Always', 'IfNotPresent', 'Never'].includes(String(pullPolicy)),
      `invalid image pull policy: ${pullPolicy}`,
      true,
    ],
  ];
  const found = problems.find(([isWrong]) => isWrong);
  return found && [found[1], found[2]];
}

/** What the server made of the object; in a dry run of the client, what would be sent. */
async function send(
  object: KubeObject,
  options: RunOptions,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<KubeObject> {
  const resource = findBuiltinKind(object.apiVersion, object.kind)!;
  if (options.dryRun === 'client') {
    if (cluster.namespaceExplicit) object.metadata.namespace = cluster.namespace;
    return object;
  }
  if (options.saveConfig) annotateLastApplied(object);
  return postInNamespace(cluster, resource, object, writeQuery(options), signal);
}

/** Deletes what was made, also after Ctrl-C. What cannot be deleted is not told, as in kubectl. */
async function remove(
  objects: readonly KubeObject[],
  quiet: boolean,
  cluster: Cluster,
  { io }: CommandContext,
): Promise<void> {
  for (const { apiVersion, kind, metadata } of objects) {
    const resource = findBuiltinKind(apiVersion, kind)!;
    const path = resourcePath(resource, { namespace: metadata.namespace, name: metadata.name });
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' });
    try {
      await cluster.transport.json({ method: 'DELETE', path, contentType: 'application/json', body });
      if (!quiet) io.stdout.write(`${kind.toLowerCase()} "${metadata.name}" deleted\n`);
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
    }
  }
}

import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { ErrorList } from '../shared/errors.ts';
import { warn } from '../shared/warn.ts';
import { dryRunSuffix } from '../shared/write-flags.ts';
import { setCordoned } from './cordon.ts';
import { asDrainError, DrainError } from './drain-errors.ts';
import { sortPods } from './drain-filters.ts';
import { checkPodSelector, type DrainOptions, drainFlags, readDrainOptions } from './drain-options.ts';
import { type DrainContext, podsOfNode, removePods } from './drain-pods.ts';
import { selectNodes, validateNodeSelection } from './nodes.ts';

/** `kctl drain`: marks nodes, then takes their pods off, node by node. */
export const drainCommand = defineCommand<DrainOptions>({
  flags: drainFlags,
  complete: readDrainOptions,
  validate({ selection, podSelector }, { tool }) {
    validateNodeSelection(selection, `${tool} drain`, 'drain');
    checkPodSelector(podSelector);
  },
  async run(options, command) {
    const cluster = await command.connect();
    const nodes = await selectNodes(options.selection, cluster, command.signal);
    if (options.preview) {
      const { previewDrain } = await import('../preview/drain-preview.ts');
      await previewDrain(nodes, { options, cluster, command });
      return;
    }
    await setCordoned(nodes, true, options.dryRun, cluster, command);
    const context = { options, cluster, command };
    const failures: { name: string; error: DrainError }[] = [];
    for (const { metadata } of nodes) {
      const name = metadata.name ?? '';
      try {
        await drainNode(name, context);
        command.io.stdout.write(`node/${name} drained${dryRunSuffix(options.dryRun)}\n`);
      } catch (error) {
        if (!(error instanceof KctlError) || command.signal.aborted) throw error;
        const said = asDrainError(error);
        command.io.stderr.write(
          `error: unable to drain node "${name}" due to error: ${said.message}, continuing command...\n`,
        );
        failures.push({ name, error: said });
      }
    }
    if (failures.length === 0) return;
    const pending = failures.map(({ name }) => ` ${name}\n`).join('');
    command.io.stderr.write(`There are pending nodes to be drained:\n${pending}`);
    throw ending(failures.map(({ error }) => error));
  },
});

/** Of one node every sentence has a line; of several nodes each has one. */
function ending(errors: readonly DrainError[]): KctlError {
  const lines = errors.length === 1 ? errors[0]!.sentences.map((sentence) => new DrainError([sentence])) : errors;
  return new ErrorList(lines);
}

async function drainNode(name: string, context: DrainContext): Promise<void> {
  const { options, command } = context;
  const { pods, warnings } = await leavingPods(name, context);
  if (warnings !== '') warn(warnings, command.io);
  if (options.dryRun === 'client') {
    for (const { metadata } of pods) {
      command.io.stdout.write(`evicting pod ${metadata.namespace}/${metadata.name}${dryRunSuffix('client')}\n`);
    }
    return;
  }
  try {
    await removePods(pods, context);
  } catch (error) {
    if (error instanceof KctlError && !command.signal.aborted) await tellPending(name, error, context);
    throw error;
  }
}

/** @throws DrainError where pods are in the way of the whole node */
async function leavingPods(
  name: string,
  context: DrainContext,
): Promise<{ pods: readonly KubeObject[]; warnings: string }> {
  const { options, cluster, command } = context;
  const found = await podsOfNode(name, context);
  const sorted = await sortPods(found, { options, cluster, signal: command.signal });
  if (sorted.errors.length > 0) throw new DrainError(sorted.errors);
  return sorted;
}

async function tellPending(name: string, failure: KctlError, context: DrainContext): Promise<void> {
  const { options, cluster, command } = context;
  const { stderr } = command.io;
  const found = await podsOfNode(name, context).catch((error: unknown) => {
    if (!(error instanceof KctlError)) throw error;
    return error;
  });
  const sorted =
    found instanceof KctlError
      ? { pods: [], errors: [found.message] }
      : await sortPods(found, { options, cluster, signal: command.signal });
  if (sorted.pods.length > 0) {
    stderr.write(`There are pending pods in node "${name}" when an error occurred: ${failure.message}\n`);
    for (const { metadata } of sorted.pods) stderr.write(`pod/${metadata.name}\n`);
  }
  if (sorted.errors.length === 0) return;
  const said = new DrainError(sorted.errors).message;
  stderr.write(`Following errors occurred while getting the list of pods to delete:\n${said}`);
}

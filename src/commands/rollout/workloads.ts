import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext, FlagSpec, Invocation } from '../command.ts';
import { hasFiles } from '../shared/file-options.ts';
import { fileFlags, selectorFlag } from '../shared/print-flags.ts';
import { type SelectedObject, selectObjects } from '../shared/select-objects.ts';

/** Which workloads a rollout command is about. */
export interface WorkloadSelection {
  args: readonly string[];
  filenames: readonly string[];
  kustomize: string;
  recursive: boolean;
  selector: string;
}

/** One workload as the server holds it. */
export type Workload = SelectedObject;

export const selectionFlags: readonly FlagSpec[] = [...fileFlags('the workload'), selectorFlag];

/** @throws KctlError `usage` where nothing is named */
export function readSelection({ args, flags }: Invocation): WorkloadSelection {
  const filenames = flags.filename as readonly string[];
  const kustomize = String(flags.kustomize ?? '');
  if (args.length === 0 && !hasFiles({ filenames, kustomize })) {
    throw new KctlError('usage', 'required resource not specified');
  }
  return { args, filenames, kustomize, recursive: flags.recursive === true, selector: String(flags.selector ?? '') };
}

/** The selected workloads; what cannot be had comes as an error in its place, so that the others are still served. */
export async function* selectWorkloads(
  { args, filenames, kustomize, recursive, selector }: WorkloadSelection,
  cluster: Cluster,
  context: CommandContext,
): AsyncGenerator<Workload | KctlError> {
  const selection = {
    ...{ args, selector, files: { filenames, recursive, kustomize } },
    ...{ fieldSelector: '', all: false, allNamespaces: false, local: false, nameOptional: true },
  };
  let any = false;
  for await (const item of selectObjects(selection, cluster, context)) {
    any = true;
    yield item;
  }
  if (!any) context.io.stderr.write(`No resources found in ${cluster.namespace} namespace.\n`);
}

/** Runs `action` for each selected workload, goes on after failures, and throws them at the end. */
export async function forEachWorkload(
  selection: WorkloadSelection,
  context: CommandContext,
  action: (workload: Workload, cluster: Cluster) => Promise<void>,
): Promise<void> {
  const { throwCollected } = await import('../shared/errors.ts');
  const cluster = await context.connect();
  const errors: unknown[] = [];
  for await (const item of selectWorkloads(selection, cluster, context)) {
    if (item instanceof KctlError) errors.push(item);
    else {
      try {
        await action(item, cluster);
      } catch (error) {
        if (!(error instanceof KctlError) || error.code === 'connection') throw error;
        errors.push(error);
      }
    }
  }
  throwCollected(errors);
}

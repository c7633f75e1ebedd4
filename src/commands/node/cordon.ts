import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { dryRunFlag, selectorFlag } from '../shared/print-flags.ts';
import { type DryRun, dryRunSuffix, parseDryRun, writeQuery } from '../shared/write-flags.ts';
import { type NodeSelection, selectNodes, validateNodeSelection } from './nodes.ts';

interface CordonOptions {
  selection: NodeSelection;
  dryRun: DryRun;
}

export const cordonCommand = schedulingCommand('cordon', true);
export const uncordonCommand = schedulingCommand('uncordon', false);

function schedulingCommand(verb: string, cordoned: boolean) {
  return defineCommand<CordonOptions>({
    flags: [dryRunFlag, selectorFlag],
    complete: (invocation, { io }) => ({
      selection: {
        args: invocation.args,
        selector: String(invocation.flags.selector),
        selectorGiven: invocation.given.has('selector'),
        chunkSize: 500,
      },
      dryRun: parseDryRun(invocation.flags, io),
    }),
    validate: ({ selection }, { tool }) => validateNodeSelection(selection, `${tool} ${verb}`, verb),
    async run({ selection, dryRun }, context) {
      const cluster = await context.connect();
      const nodes = await selectNodes(selection, cluster, context.signal);
      await setCordoned(nodes, cordoned, dryRun, cluster, context);
    },
  });
}

/**
 * Marks nodes, one after the other. One that cannot be changed is told of and does not keep the others,
 * nor the exit code, from being as they are with kubectl.
 */
export async function setCordoned(
  nodes: readonly KubeObject[],
  cordoned: boolean,
  dryRun: DryRun,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<void> {
  const verb = cordoned ? 'cordon' : 'uncordon';
  for (const { metadata, spec } of nodes) {
    const name = metadata.name ?? '';
    const isDone = (spec?.unschedulable === true) === cordoned;
    try {
      if (!isDone && dryRun !== 'client') {
        await cluster.transport.json({
          method: 'PATCH',
          path: `/api/v1/nodes/${encodeURIComponent(name)}`,
          query: writeQuery({ dryRun }),
          contentType: 'application/strategic-merge-patch+json',
          body: JSON.stringify({ spec: { unschedulable: cordoned || null } }),
          signal,
        });
      }
      io.stdout.write(`node/${name} ${isDone ? 'already ' : ''}${verb}ed${dryRunSuffix(dryRun)}\n`);
    } catch (error) {
      if (!(error instanceof KctlError) || signal.aborted) throw error;
      io.stderr.write(`error: unable to ${verb} node "${name}": ${error.message}\n`);
    }
  }
}

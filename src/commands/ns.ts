import type { KubeList, KubeObject } from '../api/meta.ts';
import { isApiError } from '../api/status.ts';
import type { Cluster } from '../kube/cluster.ts';
import { setContextNamespace } from '../kube/kubeconfig/edit.ts';
import { listPages } from '../kube/list.ts';
import { KctlError } from '../lib/errors.ts';
import { escapeTerminal } from '../lib/escape.ts';
import { type CommandContext, defineCommand } from './command.ts';
import { usageError } from './shared/errors.ts';
import { kubeconfigOptions } from './shared/kubeconfig-options.ts';
import { readPrevious, writePrevious } from './shared/previous.ts';

/** `kctl ns [NAME | -]`: lists namespaces with the one in use marked, or switches; `-` goes back. */
export const nsCommand = defineCommand<{ args: readonly string[] }>({
  flags: [],
  complete: ({ args }) => ({ args }),
  validate({ args }, { tool }) {
    if (args.length > 1) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} ns`);
  },
  async run({ args }, context) {
    const cluster = await context.connect();
    const [wanted] = args;
    return wanted === undefined ? listNamespaces(cluster, context) : switchTo(wanted, cluster, context);
  },
});

async function listNamespaces(cluster: Cluster, { io, signal }: CommandContext): Promise<void> {
  for await (const page of listPages<KubeList>(cluster.transport, { path: '/api/v1/namespaces', signal })) {
    const lines = page.items.map(({ metadata: { name = '' } }) => {
      return `${name === cluster.namespace ? '*' : ' '} ${escapeTerminal(name)}\n`;
    });
    io.stdout.write(lines.join(''));
  }
}

/** The namespace becomes the context's own, so that kubectl and every other tool follow. */
async function switchTo(wanted: string, cluster: Cluster, context: CommandContext): Promise<void> {
  const { io, tool, signal } = context;
  const { contextName } = cluster;
  if (contextName === '') {
    throw new KctlError('config', 'there is no current context whose namespace could be set', {
      hint: `Choose one with '${tool} ctx NAME'.`,
    });
  }
  const previous = await readPrevious(io.env);
  const name = wanted === '-' ? previous.namespaces?.[contextName] : wanted;
  if (name === undefined) {
    throw new KctlError('usage', `there is no previous namespace for context "${contextName}"`, {
      hint: `Switch with '${tool} ns NAME' first.`,
    });
  }
  await requireNamespace(name, cluster, signal);
  await setContextNamespace(await kubeconfigOptions(context), contextName, name);
  if (name !== cluster.namespace) {
    const namespaces = { ...previous.namespaces, [contextName]: cluster.namespace };
    await writePrevious(io.env, { ...previous, namespaces });
  }
  io.stdout.write(`Namespace of context "${escapeTerminal(contextName)}" is now "${escapeTerminal(name)}".\n`);
}

/** Users who may not read namespaces can still switch: only a clear "not found" refuses. */
async function requireNamespace(name: string, cluster: Cluster, signal: AbortSignal): Promise<void> {
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
    await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  } catch (error) {
    if (!isApiError(error, 'Forbidden')) throw error;
  }
}

import { explainErrors, wantsExplanations } from '../commands/explanations/explain.ts';
import type { Cluster } from '../kube/cluster.ts';
import { type ContextParts, createContext, type OpenCluster } from './context.ts';

/** Says below the errors of a command why they came about, where somebody looks. It never fails. */
export async function explainFailures(
  errors: readonly unknown[],
  parts: ContextParts,
  args: readonly string[],
  open: OpenCluster | undefined,
): Promise<void> {
  const { io, tool, globals } = parts;
  if (!wantsExplanations(io, tool) || isOfMany(parts)) return;
  const opened = new Map<string, Promise<Cluster>>();
  const connect = (self?: 'self') => {
    const own = self === 'self' ? { as: '', 'as-group': [], 'as-uid': '', 'as-user-extra': [] } : {};
    const key = self && globals.as ? 'self' : '';
    // Not the command's own connection: that may ask, log and write down what passes through it.
    const cluster =
      opened.get(key) ??
      createContext({ ...parts, commandPath: '', globals: { ...globals, ...own, v: 0 } }, open).connect();
    opened.set(key, cluster);
    return cluster;
  };
  try {
    await explainErrors(errors, { context: parts, args, connect });
  } finally {
    for (const cluster of opened.values())
      void cluster.then(({ transport }) => transport.close()).catch(() => undefined);
  }
}

/** Of several contexts or namespaces, an error does not say which one it is from. */
function isOfMany({ globals, flags }: ContextParts): boolean {
  const contexts = flags?.contexts;
  return (Array.isArray(contexts) && contexts.length > 0) || /[,*?]/.test(String(globals.namespace ?? ''));
}

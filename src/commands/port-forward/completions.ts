import type { OwnList } from '../command.ts';

/** What can be forwarded to by its name alone. */
export const forwardNames: OwnList = async ({ connect }) => {
  const { transport, namespace } = await connect();
  const lists = ['/api/v1', '/apis/apps/v1'].flatMap((base) =>
    (base === '/api/v1' ? ['services'] : ['deployments', 'statefulsets', 'daemonsets']).map(
      (plural) => `${base}/namespaces/${encodeURIComponent(namespace)}/${plural}`,
    ),
  );
  const found = await Promise.allSettled(
    lists.map((path) => transport.json<{ items: { metadata: { name: string } }[] }>({ method: 'GET', path })),
  );
  const names = found.flatMap((each) => (each.status === 'fulfilled' ? each.value.items : []));
  return [...new Set(names.map(({ metadata }) => metadata.name))];
};

export const setNames: OwnList = async ({ io }) => {
  const { readForwardSets } = await import('../../store/forwards/forward-sets.ts');
  return Object.keys(readForwardSets(io.env));
};

export const runningNames: OwnList = async ({ io }) => {
  const { keptForwards } = await import('../../store/forwards/ask-keepers.ts');
  const names = (await keptForwards(io.env)).flatMap(({ forwards }) => forwards.map(({ name }) => name));
  return [...new Set([...names, 'all'])];
};

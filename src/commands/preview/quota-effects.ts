import type { KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { type Amounts, add, amounts, requestsOf } from '../../api/scheduling/pod-resources.ts';
import type { Finding } from './finding.ts';

export interface ChangedObject {
  resource: ResourceInfo;
  /** Undefined: it would be created. */
  before: KubeObject | undefined;
  /** Undefined: it would be deleted. */
  after: KubeObject | undefined;
}

/** How many pods a workload runs at a time; others have none of their own. */
const podsOf: Readonly<Record<string, (spec: Record<string, never>) => number>> = {
  Deployment: ({ replicas = 1 }) => replicas,
  ReplicaSet: ({ replicas = 1 }) => replicas,
  StatefulSet: ({ replicas = 1 }) => replicas,
  ReplicationController: ({ replicas = 1 }) => replicas,
  Job: ({ parallelism = 1 }) => parallelism,
};

/** Object counts that have a name of their own in quotas. */
const plainCounts: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'secrets',
  'services',
]);

/** What the quotas of a namespace would count once all changes are made and their pods run. */
export function quotaFindings(changes: readonly ChangedObject[], quotas: readonly KubeObject[]): Finding[] {
  return quotas.flatMap((quota) => {
    const { namespace, name } = quota.metadata;
    const scoped = quota['spec'].scopes?.length > 0 || quota['spec'].scopeSelector !== undefined;
    // Which pods a scope is about is not seen in a template alone.
    if (scoped) return [];
    const more: Amounts = {};
    for (const { resource, before, after } of changes) {
      if ((before ?? after)?.metadata.namespace !== namespace) continue;
      add(more, usageOf(resource, after));
      add(more, usageOf(resource, before), -1);
    }
    const hard: Record<string, string> = quota['status']?.hard ?? quota['spec'].hard ?? {};
    const used: Record<string, string> = quota['status']?.used ?? {};
    return Object.entries(hard).flatMap(([what, limit]): Finding[] => {
      const change = more[what] ?? 0;
      if (change === 0) return [];
      const [is, most] = [amountIn(what, used[what] ?? '0'), amountIn(what, limit)];
      const then = is + change;
      const sign = change > 0 ? '+' : '';
      const text = `quota ${namespace}/${name}: ${what} ${used[what] ?? 0} of ${limit} used, ${sign}${shown(what, change)} makes ${shown(what, then)}`;
      return [
        then > most
          ? { level: 'warn', text: `${text}: more than is allowed, so some of it would be refused` }
          : { level: 'note', text },
      ];
    });
  });
}

const resourceOf = (what: string): string => what.replace(/^requests\./, '');

function amountIn(what: string, text: string): number {
  const name = resourceOf(what);
  return amounts({ [name]: text })[name] ?? 0;
}

/** Under the names that quotas have. */
function usageOf(resource: ResourceInfo, object: KubeObject | undefined): Amounts {
  if (!object) return {};
  const usage: Amounts = { [`count/${groupResource(resource)}`]: 1 };
  if (resource.group === '' && plainCounts.has(resource.plural)) usage[resource.plural] = 1;
  if (object.kind === 'PersistentVolumeClaim') {
    usage['requests.storage'] = amountIn('requests.storage', object['spec'].resources?.requests?.storage ?? '0');
  }
  const pods = object.kind === 'Pod' ? 1 : (podsOf[object.kind]?.(object['spec']) ?? 0);
  const template = object.kind === 'Pod' ? object : object['spec']?.template;
  if (pods === 0 || !template) return usage;
  usage['pods'] = pods;
  usage['count/pods'] = pods + (object.kind === 'Pod' ? 0 : (usage['count/pods'] ?? 0));
  for (const [name, amount] of Object.entries(requestsOf({ metadata: {}, ...template } as KubeObject))) {
    usage[`requests.${name}`] = amount * pods;
    // The bare name means the same.
    if (name === 'cpu' || name === 'memory') usage[name] = amount * pods;
  }
  return usage;
}

/** Millicores as such, bytes in the largest unit that divides them. */
function shown(what: string, amount: number): string {
  const name = resourceOf(what);
  if (name === 'cpu') return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  if (name !== 'memory' && name !== 'storage' && name !== 'ephemeral-storage') return String(amount);
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
  let [rest, unit] = [amount, 0];
  while (unit < units.length - 1 && rest !== 0 && rest % 1024 === 0) [rest, unit] = [rest / 1024, unit + 1];
  return `${rest}${units[unit]}`;
}

import type { KubeObject } from '../../api/meta.ts';
import { annotations, labels, layout, name, under } from './layout.ts';
import { sliceText } from './values.ts';

/** One verb, and one resource of one group, or one path that is no resource. */
interface Rule {
  verbs: string[];
  groups: string[];
  resources: string[];
  names: string[];
  urls: string[];
}

/** Roles and cluster roles: one line per resource, the verbs of rules that say the same put together. */
export const describeRole = layout(name, labels, annotations, (out, { rules }) => {
  out.line(0, 'PolicyRule:');
  out.columns(1, ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs']);
  for (const { resources, groups, urls, names, verbs } of compacted(rules ?? [])) {
    out.line(1, `${inGroup(resources, groups)}\t${sliceText(urls)}\t${sliceText(names)}\t${sliceText(verbs)}`);
  }
});

/** Rules about paths stay one for each verb, as in kubectl. */
function compacted(rules: readonly KubeObject['spec'][]): Rule[] {
  const simple = new Map<string, Rule>();
  const others: Rule[] = [];
  for (const rule of rules.flatMap(brokenDown)) {
    if (rule.urls.length > 0) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.groups, rule.resources, rule.names]);
    const known = simple.get(key);
    if (known) known.verbs.push(...rule.verbs.filter((verb) => !known.verbs.includes(verb)));
    else simple.set(key, rule);
  }
  return [...others, ...simple.values()].sort((a, b) =>
    sortKey(a) < sortKey(b) ? -1 : sortKey(a) > sortKey(b) ? 1 : 0,
  );
}

/** kubectl sorts by the text of Go's PolicyRule, which begins with the verbs. */
function sortKey({ verbs, groups, resources, names, urls }: Rule): string {
  const texts = [verbs, groups, resources, names, urls].map(sliceText);
  const titles = ['Verbs', 'APIGroups', 'Resources', 'ResourceNames', 'NonResourceURLs'];
  return titles.map((title, index) => `${title}:${texts[index]},`).join('');
}

function brokenDown(rule: KubeObject['spec']): Rule[] {
  const { apiGroups = [], resources = [], nonResourceURLs = [], resourceNames = [], verbs = [] } = rule ?? {};
  const broken: Rule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const one = { verbs: [verb], groups: [group], resources: [resource], urls: [] };
        if (resourceNames.length === 0) broken.push({ ...one, names: [] });
        for (const resourceName of resourceNames) broken.push({ ...one, verbs: [verb], names: [resourceName] });
      }
    }
  }
  for (const url of nonResourceURLs) {
    for (const verb of verbs) broken.push({ verbs: [verb], groups: [], resources: [], names: [], urls: [url] });
  }
  return broken;
}

/** `deployments` of `apps` is `deployments.apps`, and `deployments/scale` is `deployments.apps/scale`. */
function inGroup([resource]: readonly string[], [group]: readonly string[]): string {
  if (resource === undefined) return '';
  const slash = resource.indexOf('/');
  const plural = slash < 0 ? resource : resource.slice(0, slash);
  return `${plural}${group ? `.${group}` : ''}${slash < 0 ? '' : resource.slice(slash)}`;
}

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

export const describeBinding = layout(
  name,
  labels,
  annotations,
  under('Role', ['Kind', ({ roleRef }) => roleRef?.kind ?? ''], ['Name', ({ roleRef }) => roleRef?.name ?? '']),
  (out, { subjects }) => {
    out.line(0, 'Subjects:');
    out.columns(1, ['Kind', 'Name', 'Namespace']);
    for (const subject of (subjects ?? []) as Subject[]) {
      out.line(1, `${subject.kind}\t${subject.name}\t${subject.namespace ?? ''}`);
    }
  },
);

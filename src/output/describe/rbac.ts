import type { Describer } from './fetch.ts';
import { DescribeText, writeAnnotations, writeMap } from './text.ts';

interface Rule {
  apiGroups?: string[];
  resources?: string[];
  nonResourceURLs?: string[];
  resourceNames?: string[];
  verbs?: string[];
}

interface Line {
  resource: string;
  urls: string[];
  names: string[];
  verbs: string[];
}

/** Roles and cluster roles: one line per resource, the verbs of rules that say the same put together. */
export const describeRole: Describer = async (role) => {
  const out = new DescribeText();
  out.field(0, 'Name', role.metadata.name);
  writeMap(out, 'Labels', role.metadata.labels);
  writeAnnotations(out, role.metadata.annotations);
  out.line(0, 'PolicyRule:');
  out.line(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs');
  out.line(1, '---------\t-----------------\t--------------\t-----');
  const list = (items: readonly string[]) => `[${items.join(' ')}]`;
  for (const { resource, urls, names, verbs } of compacted(role.rules ?? [])) {
    out.line(1, `${resource}\t${list(urls)}\t${list(names)}\t${list(verbs)}`);
  }
  return out.toString();
};

function compacted(rules: readonly Rule[]): Line[] {
  const lines = new Map<string, Line>();
  for (const line of rules.flatMap(brokenDown)) {
    const key = JSON.stringify([line.resource, line.urls, line.names]);
    const known = lines.get(key);
    if (known) known.verbs.push(...line.verbs.filter((verb) => !known.verbs.includes(verb)));
    else lines.set(key, { ...line, verbs: [...line.verbs] });
  }
  return [...lines.values()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** kubectl sorts by the text of Go's PolicyRule, which begins with the verbs. */
function sortKey({ resource, urls, names, verbs }: Line): string {
  const [, plural = '', group = '', subresource = ''] = /^([^./]*)(?:\.([^/]*))?(.*)$/.exec(resource) ?? [];
  return `[${verbs.join(' ')}],[${group}],[${plural}${subresource}],[${names.join(' ')}],[${urls.join(' ')}]`;
}

function brokenDown({
  apiGroups = [],
  resources = [],
  nonResourceURLs = [],
  resourceNames = [],
  verbs = [],
}: Rule): Line[] {
  const names = resourceNames.length > 0 ? resourceNames.map((name) => [name]) : [[]];
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      names.map((name) => ({ resource: inGroup(resource, group), urls: [], names: name, verbs })),
    ),
  );
  return [...ofResources, ...nonResourceURLs.map((url) => ({ resource: '', urls: [url], names: [], verbs }))];
}

/** `deployments` of `apps` is `deployments.apps`, and `deployments/scale` is `deployments.apps/scale`. */
function inGroup(resource: string, group: string): string {
  const [plural, ...subresource] = resource.split('/');
  return [group ? `${plural}.${group}` : plural, ...subresource].join('/');
}

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

export const describeBinding: Describer = async (binding) => {
  const out = new DescribeText();
  out.field(0, 'Name', binding.metadata.name);
  writeMap(out, 'Labels', binding.metadata.labels);
  writeAnnotations(out, binding.metadata.annotations);
  out.line(0, 'Role:');
  out.field(1, 'Kind', binding.roleRef?.kind);
  out.field(1, 'Name', binding.roleRef?.name);
  out.line(0, 'Subjects:');
  out.line(1, 'Kind\tName\tNamespace');
  out.line(1, '----\t----\t---------');
  for (const { kind, name, namespace = '' } of (binding.subjects ?? []) as Subject[]) {
    out.line(1, `${kind}\t${name}\t${namespace}`);
  }
  return out.toString();
};

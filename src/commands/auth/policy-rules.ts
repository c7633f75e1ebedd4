import type { PolicyRule } from '../../api/rbac.ts';

/** Rules of one verb, one resource and one name each, that together say the same. */
export function breakDown({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  const names: readonly (readonly string[] | undefined)[] = resourceNames?.length
    ? resourceNames.map((name) => [name])
    : [undefined];
  for (const group of apiGroups ?? []) {
    for (const resource of resources ?? []) {
      for (const verb of verbs) {
        for (const name of names) {
          parts.push({
            ...{ verbs: [verb], apiGroups: [group], resources: [resource] },
            ...(name ? { resourceNames: name } : {}),
          });
        }
      }
    }
  }
  for (const url of nonResourceURLs ?? []) {
    for (const verb of verbs) parts.push({ verbs: [verb], nonResourceURLs: [url] });
  }
  return parts;
}

/** The parts of `servant` that nothing in `owner` allows. */
export function uncovered(owner: readonly PolicyRule[], servant: readonly PolicyRule[]): PolicyRule[] {
  return servant.flatMap(breakDown).filter((part) => !owner.some((rule) => covers(rule, part)));
}

/** Is what `part` (of one verb, resource and name) allows allowed by `rule`? */
function covers(rule: PolicyRule, part: PolicyRule): boolean {
  const all = (set: readonly string[] | undefined, wanted: readonly string[] | undefined, everything?: string) =>
    (everything !== undefined && (set ?? []).includes(everything)) ||
    (wanted ?? []).every((one) => (set ?? []).includes(one));
  return (
    all(rule.verbs, part.verbs, '*') &&
    all(rule.apiGroups, part.apiGroups, '*') &&
    coversResources(rule.resources ?? [], part.resources ?? []) &&
    (!rule.resourceNames?.length || (!!part.resourceNames?.length && all(rule.resourceNames, part.resourceNames))) &&
    (part.nonResourceURLs ?? []).every((url) => rule.nonResourceURLs?.some((own) => coversUrl(own, url)))
  );
}

/** `*` has everything, and a sub-resource of everything all sub-resources of that name. */
function coversResources(own: readonly string[], wanted: readonly string[]): boolean {
  if (own.includes('*')) return true;
  return wanted.every((resource) => {
    const slash = resource.indexOf('/');
    return own.includes(resource) || (slash >= 0 && own.includes(`*${resource.slice(slash)}`));
  });
}

function coversUrl(own: string, url: string): boolean {
  return own === url || (own.endsWith('*') && url.startsWith(own.replace(/\*+$/, '')));
}

/** Joins what differs in nothing but its verb; such rules come last, in the order in which they were found. */
export function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const joined = new Map<string, { rule: PolicyRule; verbs: string[] }>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    const { apiGroups, resources, resourceNames, nonResourceURLs, verbs } = rule;
    const isSimple =
      apiGroups?.length === 1 &&
      resources?.length === 1 &&
      (resourceNames?.length ?? 0) <= 1 &&
      !nonResourceURLs?.length;
    if (!isSimple) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([apiGroups, resources, resourceNames]);
    const known = joined.get(key);
    if (!known) joined.set(key, { rule, verbs: [...verbs] });
    else known.verbs.push(...verbs.filter((verb) => !known.verbs.includes(verb)));
  }
  return [...others, ...[...joined.values()].map(({ rule, verbs }) => ({ ...rule, verbs }))];
}

/** What Go's generated String() makes of a rule: kubectl sorts by it. */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const list = (values: readonly string[] | undefined) => `[${(values ?? []).join(' ')}]`;
  return `&PolicyRule{Verbs:${list(verbs)},APIGroups:${list(apiGroups)},Resources:${list(resources)},ResourceNames:${list(resourceNames)},NonResourceURLs:${list(nonResourceURLs)},}`;
}

/** rbac.authorization.k8s.io/v1 PolicyRule. */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** One thing that a rule lets somebody do. */
interface Atom {
  verb: string;
  group?: string;
  resource?: string;
  name?: string;
  path?: string;
}

const has = (allowed: readonly string[] | undefined, value: string): boolean =>
  (allowed ?? []).some((one) => one === '*' || one === value);

/** `pods/log` is covered by itself, by `*` and by `*` + `/log`. */
export function coversResource(allowed: readonly string[] | undefined, resource: string): boolean {
  if (has(allowed, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && (allowed ?? []).includes(`*${resource.slice(slash)}`);
}

export function coversPath(allowed: readonly string[] | undefined, path: string): boolean {
  return (allowed ?? []).some((one) => one === path || (one.endsWith('*') && path.startsWith(one.slice(0, -1))));
}

/** Everything a rule says, one by one. */
function atomsOf(rule: PolicyRule): Atom[] {
  const names = rule.resourceNames?.length ? rule.resourceNames : [undefined];
  return [
    ...(rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((resource) =>
        rule.verbs.flatMap((verb) =>
          names.map((name) => ({ group, resource, verb, ...(name === undefined ? {} : { name }) })),
        ),
      ),
    ),
    ...(rule.nonResourceURLs ?? []).flatMap((path) => rule.verbs.map((verb) => ({ path, verb }))),
  ];
}

function covers(rule: PolicyRule, { verb, group, resource, name, path }: Atom): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (path !== undefined) return coversPath(rule.nonResourceURLs, path);
  return (
    has(rule.apiGroups, group!) &&
    coversResource(rule.resources, resource!) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

/** What of `wanted` is not in `held`, with the verbs of each thing together (component-helpers, auth/rbac/validation). */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = new Map<string, PolicyRule>();
  for (const atom of wanted.flatMap(atomsOf)) {
    if (held.some((rule) => covers(rule, atom))) continue;
    const { verb, group, resource, name, path } = atom;
    const key = JSON.stringify([group, resource, name, path]);
    const known = missing.get(key);
    if (known) {
      if (!known.verbs.includes(verb)) known.verbs.push(verb);
      continue;
    }
    missing.set(key, {
      verbs: [verb],
      ...(path === undefined ? { apiGroups: [group!], resources: [resource!] } : { nonResourceURLs: [path] }),
      ...(name === undefined ? {} : { resourceNames: [name] }),
    });
  }
  return [...missing.values()];
}

const quoted = (values: readonly string[]): string => `[${values.map((one) => JSON.stringify(one)).join(' ')}]`;

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`: a rule as messages write it. */
export function ruleText(rule: PolicyRule): string {
  const parts = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ] as const;
  const said = parts.filter(([, values]) => values?.length).map(([name, values]) => `${name}:${quoted(values!)}`);
  return `{${said.join(', ')}}`;
}

/** `["a" "b"]` */
export const groupsText = quoted;

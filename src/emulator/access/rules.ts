import { coversPath, type PolicyRule } from '../../api/rbac.ts';

/** One thing that a rule lets somebody do. */
interface Atom {
  verb: string;
  group?: string;
  resource?: string;
  name?: string;
  path?: string;
}

/** The same rule, saying nothing twice. */
function unrepeated({ verbs, ...rule }: PolicyRule): Required<PolicyRule> {
  const once = (values: readonly string[] | undefined) => [...new Set(values)];
  return {
    verbs: once(verbs),
    apiGroups: once(rule.apiGroups),
    resources: once(rule.resources),
    resourceNames: once(rule.resourceNames),
    nonResourceURLs: once(rule.nonResourceURLs),
  };
}

/** How many things a rule says: a few lists of some hundred words each say millions. */
function countOf({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Required<PolicyRule>): number {
  const objects = apiGroups.length * resources.length * Math.max(resourceNames.length, 1);
  return verbs.length * (objects + nonResourceURLs.length);
}

/** Everything a rule says, one by one. */
function atomsOf(rule: Required<PolicyRule>): Atom[] {
  const names = rule.resourceNames.length > 0 ? rule.resourceNames : [undefined];
  return [
    ...rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        rule.verbs.flatMap((verb) =>
          names.map((name) => ({ group, resource, verb, ...(name === undefined ? {} : { name }) })),
        ),
      ),
    ),
    ...rule.nonResourceURLs.flatMap((path) => rule.verbs.map((verb) => ({ path, verb }))),
  ];
}

/** A rule that somebody holds, ready to be asked often. */
class Held {
  readonly #verbs: (verb: string) => boolean;
  readonly #groups: (group: string) => boolean;
  readonly #names: ReadonlySet<string>;
  readonly #resources: ReadonlySet<string>;
  readonly #paths: readonly string[];

  constructor(rule: PolicyRule) {
    const oneOf = (values: readonly string[] | undefined) => {
      const set = new Set(values);
      return (value: string) => set.has('*') || set.has(value);
    };
    this.#verbs = oneOf(rule.verbs);
    this.#groups = oneOf(rule.apiGroups);
    this.#names = new Set(rule.resourceNames);
    this.#resources = new Set(rule.resources);
    this.#paths = [...new Set(rule.nonResourceURLs)];
  }

  #resource(resource: string): boolean {
    const slash = resource.indexOf('/');
    const own = this.#resources;
    return own.has('*') || own.has(resource) || (slash >= 0 && own.has(`*${resource.slice(slash)}`));
  }

  covers({ verb, group, resource, name, path }: Atom): boolean {
    if (!this.#verbs(verb)) return false;
    if (path !== undefined) return coversPath(this.#paths, path);
    const named = this.#names.size === 0 || (name !== undefined && this.#names.has(name));
    return named && this.#groups(group!) && this.#resource(resource!);
  }

  /** Whether this rule alone lets somebody do all of that. */
  coversAll({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Required<PolicyRule>): boolean {
    if (!verbs.every(this.#verbs)) return false;
    if (!nonResourceURLs.every((path) => coversPath(this.#paths, path))) return false;
    if (apiGroups.length === 0 || resources.length === 0) return true;
    const names = this.#names;
    const named = names.size === 0 || (resourceNames.length > 0 && resourceNames.every((name) => names.has(name)));
    return named && apiGroups.every(this.#groups) && resources.every((resource) => this.#resource(resource));
  }
}

type MissingRule = PolicyRule & { verbs: string[] };

/** So many comparisons a request may cost, some 100 ms; what would take more counts as not held. */
const MOST_COMPARISONS = 2_000_000;

/** What of `wanted` is not in `held`, with the verbs of each thing together (component-helpers, auth/rbac/validation). */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const own = held.map((rule) => new Held(rule));
  const missing = new Map<string, MissingRule>();
  const tooMany: PolicyRule[] = [];
  let left = MOST_COMPARISONS;
  for (const rule of wanted.map(unrepeated)) {
    left -= own.length;
    if (left > 0 && own.some((one) => one.coversAll(rule))) continue;
    const cost = countOf(rule) * (own.length + 1);
    if (cost > left) {
      tooMany.push(rule);
      continue;
    }
    left -= cost;
    collectMissing(own, rule, missing);
  }
  return [...missing.values(), ...tooMany];
}

function collectMissing(held: readonly Held[], rule: Required<PolicyRule>, missing: Map<string, MissingRule>): void {
  for (const atom of atomsOf(rule)) {
    if (held.some((one) => one.covers(atom))) continue;
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

import { apiVersionOf, groupResource, type ResourceInfo } from '../api/resource.ts';
import { KctlError } from '../lib/errors.ts';
import { defineCommand } from './command.ts';
import { refuseArguments } from './shared/no-arguments.ts';
import { textTable } from './shared/text-table.ts';

interface ApiResourcesOptions {
  args: readonly string[];
  output: string;
  sortBy: string;
  /** Undefined: of every group. '' is the core group. */
  group: string | undefined;
  namespaced: boolean | undefined;
  verbs: readonly string[];
  categories: readonly string[];
  noHeaders: boolean;
  cached: boolean;
}

/** `kctl api-resources`: what the server serves, at the preferred version of each group. */
export const apiResourcesCommand = defineCommand<ApiResourcesOptions>({
  flags: [
    { name: 'api-group', type: 'string', default: '', describe: 'Only resources of this group.' },
    { name: 'cached', type: 'bool', default: false, describe: 'Use what is known from before, where there is some.' },
    { name: 'categories', type: 'stringSlice', default: [], describe: 'Only resources of all these categories.' },
    {
      name: 'namespaced',
      type: 'bool',
      default: true,
      describe: 'Only resources that are (false: that are not) in namespaces.',
    },
    { name: 'no-headers', type: 'bool', default: false, describe: 'Print no headers.' },
    { name: 'output', short: 'o', type: 'string', default: '', describe: 'Output format. One of: (wide, name).' },
    { name: 'sort-by', type: 'string', default: '', describe: "Sort by 'name' or 'kind'." },
    { name: 'verbs', type: 'stringSlice', default: [], describe: 'Only resources with all these verbs.' },
  ],
  complete: ({ args, flags, given }) => ({
    args,
    output: String(flags.output),
    sortBy: String(flags['sort-by']),
    group: given.has('api-group') ? String(flags['api-group']) : undefined,
    namespaced: given.has('namespaced') ? flags.namespaced === true : undefined,
    verbs: flags.verbs as readonly string[],
    categories: flags.categories as readonly string[],
    noHeaders: flags['no-headers'] === true,
    cached: flags.cached === true,
  }),
  validate({ args, output, sortBy }, context) {
    refuseArguments(args, context);
    if (!['', 'wide', 'name'].includes(output)) throw new KctlError('usage', `--output ${output} is not available`);
    if (!['', 'name', 'kind'].includes(sortBy)) throw new KctlError('usage', '--sort-by accepts only name or kind');
  },
  async run(options, context) {
    const { discovery } = await context.connect();
    const all = await discovery.resources({ refresh: !options.cached });
    const shown = preferred(all).filter((resource) => matches(resource, options));
    shown.sort(options.sortBy === '' ? byGroup : byField(options.sortBy as 'name' | 'kind'));
    context.io.stdout.write(print(shown, options));
    const failures = discovery.failures();
    if (failures.length > 0) {
      const reasons = failures.map(({ groupVersion, error }) => `${groupVersion}: ${error.message}`);
      throw new KctlError('api', `unable to retrieve the complete list of server APIs: ${reasons.join(', ')}`);
    }
  },
});

/** Every resource once: at the first version listed, which is the group's preferred one. */
function preferred(resources: readonly ResourceInfo[]): ResourceInfo[] {
  const seen = new Map<string, ResourceInfo>();
  for (const resource of resources) {
    const id = groupResource(resource);
    if (!seen.has(id)) seen.set(id, resource);
  }
  return [...seen.values()];
}

function matches(resource: ResourceInfo, { group, namespaced, verbs, categories }: ApiResourcesOptions): boolean {
  return (
    resource.verbs.length > 0 &&
    (group === undefined || resource.group === group) &&
    (namespaced === undefined || resource.namespaced === namespaced) &&
    verbs.every((verb) => resource.verbs.includes(verb)) &&
    categories.every((category) => resource.categories.includes(category))
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byGroup(a: ResourceInfo, b: ResourceInfo): number {
  return compareText(a.group, b.group) || compareText(a.plural, b.plural);
}

function byField(field: 'name' | 'kind') {
  const key = (resource: ResourceInfo) => (field === 'name' ? resource.plural : resource.kind);
  return (a: ResourceInfo, b: ResourceInfo) => compareText(key(a), key(b));
}

const headers = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND'];

function print(resources: readonly ResourceInfo[], { output, noHeaders }: ApiResourcesOptions): string {
  if (output === 'name') return resources.map((resource) => `${groupResource(resource)}\n`).join('');
  const wide = output === 'wide';
  const rows = resources.map((resource) => [
    resource.plural,
    resource.shortNames.join(','),
    apiVersionOf(resource),
    String(resource.namespaced),
    resource.kind,
    ...(wide ? [resource.verbs.join(','), resource.categories.join(',')] : []),
  ]);
  const titles = wide ? [...headers, 'VERBS', 'CATEGORIES'] : headers;
  return textTable(noHeaders ? undefined : titles, rows);
}

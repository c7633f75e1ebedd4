import { KctlError } from '../../lib/errors.ts';
import type { FlagValues } from '../command.ts';
import { creationCommand } from './creation.ts';
import { checkRule, policyRules, type RuleWords, readRule, ruleFlags, unique } from './policy-rules.ts';

/** `kctl create role`. */
export const createRoleCommand = creationCommand({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  flags: ruleFlags,
  async check(request) {
    if (request.name === '') throw new KctlError('usage', 'name must be specified');
    const rule = readRule(request.flags);
    if (rule.verbs.length === 0) throw new KctlError('usage', 'at least one verb must be specified');
    await checkRule(rule, request);
  },
  async make({ name, flags, cluster }) {
    return { metadata: { name }, rules: await policyRules(readRule(flags), [], cluster) };
  },
});

const pathVerbs = new Set(['*', 'get', 'post', 'put', 'delete', 'patch', 'head', 'options']);

/** `kctl create clusterrole`: rules of its own, or those of other roles by their labels. */
export const createClusterRoleCommand = creationCommand({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  flags: [
    {
      name: 'aggregation-rule',
      type: 'stringArray',
      default: [],
      describe: 'Labels of the cluster roles whose rules it takes together: KEY=VALUE,...',
    },
    {
      name: 'non-resource-url',
      type: 'stringSlice',
      default: [],
      describe: 'Path that is no resource: /metrics, /logs/*.',
    },
    ...ruleFlags,
  ],
  async check(request) {
    const { name, flags, context } = request;
    const labels = aggregation(flags, `${context.tool} ${context.commandPath}`);
    if (name === '') throw new KctlError('usage', 'name must be specified');
    const rule = readRule(flags);
    const paths = unique(flags['non-resource-url'] as readonly string[]);
    if (labels) {
      const others = [paths, rule.verbs, rule.resources, rule.names];
      if (others.every((list) => list.length === 0)) return;
      throw new KctlError(
        'usage',
        'aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames',
      );
    }
    if (rule.verbs.length === 0) throw new KctlError('usage', 'at least one verb must be specified');
    if (rule.resources.length === 0 && paths.length === 0) {
      throw new KctlError('usage', 'one of resource or nonResourceURL must be specified');
    }
    if (rule.resources.length > 0) await checkRule(rule, request);
    if (paths.length > 0) checkPaths(rule, paths);
  },
  async make({ name, flags, cluster, context }) {
    const matchLabels = aggregation(flags, `${context.tool} ${context.commandPath}`);
    if (matchLabels) {
      return { metadata: { name }, aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } };
    }
    const paths = unique(flags['non-resource-url'] as readonly string[]);
    return { metadata: { name }, rules: await policyRules(readRule(flags), paths, cluster) };
  },
});

function checkPaths({ verbs }: RuleWords, paths: readonly string[]): void {
  const wrong = verbs.find((verb) => !pathVerbs.has(verb));
  if (wrong !== undefined) throw new KctlError('usage', `invalid verb: '${wrong}' for nonResourceURL`);
  for (const path of paths) {
    if (path === '*') continue;
    if (!path.startsWith('/')) throw new KctlError('usage', 'nonResourceURL should start with /');
    if (path.slice(0, -1).includes('*')) {
      throw new KctlError('usage', "nonResourceURL only supports wildcard matches when '*' is at the end");
    }
  }
}

/** `a=b,c=d`; undefined where none were given. @throws KctlError `usage` as for any flag that cannot be read */
function aggregation(flags: FlagValues, commandLine: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const text of flags['aggregation-rule'] as readonly string[]) {
    for (const pair of text === '' ? [] : text.split(',')) {
      const equals = pair.indexOf('=');
      if (equals < 0) {
        throw new KctlError(
          'usage',
          `invalid argument ${JSON.stringify(text)} for "--aggregation-rule" flag: malformed pair, expect string=string`,
          { hint: `See '${commandLine} --help' for usage.` },
        );
      }
      labels[pair.slice(0, equals).trim()] = pair.slice(equals + 1).trim();
    }
  }
  return Object.keys(labels).length > 0 ? labels : undefined;
}

import type { KubeObject } from '../../api/meta.ts';
import type { PolicyRule } from '../../api/rbac.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { alignTabs, listLayout } from '../../output/tab-writer.ts';
import type { CommandContext } from '../command.ts';
import { warn } from '../shared/warn.ts';
import { breakDown, compact, ruleText } from './policy-rules.ts';

/** `--list`: everything that the user may do in a namespace. */
export async function listAccess(
  namespace: string,
  noHeaders: boolean,
  { transport }: Cluster,
  { io, signal }: CommandContext,
): Promise<void> {
  const apiVersion = 'authorization.k8s.io/v1';
  const review = {
    ...{ kind: 'SelfSubjectRulesReview', apiVersion, metadata: { creationTimestamp: null } },
    ...{ spec: { namespace }, status: { resourceRules: null, nonResourceRules: null, incomplete: false } },
  };
  const { status } = await transport.json<KubeObject>({
    method: 'POST',
    path: `/apis/${apiVersion}/selfsubjectrulesreviews`,
    body: JSON.stringify(review),
    signal,
  });
  if (status?.incomplete) warn(`the list may be incomplete: ${status.evaluationError ?? ''}`, io);
  const rules: PolicyRule[] = [...(status?.resourceRules ?? []), ...(status?.nonResourceRules ?? [])];
  const shown = compact(rules.flatMap(breakDown)).map((rule) => ({ rule, text: ruleText(rule) }));
  shown.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const rows = shown.map(({ rule }) => [
    typeText(rule),
    ...[rule.nonResourceURLs, rule.resourceNames, rule.verbs].map((values) => `[${(values ?? []).join(' ')}]`),
  ]);
  if (!noHeaders) rows.unshift(['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs']);
  if (rows.length === 0) return;
  const text = rows.map((cells) => cells.map((cell) => escapeTerminal(cell)).join('\t')).join('\n');
  io.stdout.write(`${alignTabs(text, listLayout)}\n`);
}

/** `deployments.apps/scale` */
function typeText({ resources, apiGroups }: PolicyRule): string {
  const [resource] = resources ?? [];
  if (resource === undefined) return '';
  const slash = resource.indexOf('/');
  const [plural, sub] = slash < 0 ? [resource, ''] : [resource.slice(0, slash), resource.slice(slash)];
  const group = apiGroups?.[0] ? `.${apiGroups[0]}` : '';
  return `${plural}${group}${sub}`;
}

import type { PolicyRule } from '../../api/rbac.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { Reconciled, Subject } from './reconcile-role.ts';

/** What was done and why, as kubectl tells it on standard error; '' where nothing had to be done. */
export function reconciliationLines(
  { operation, isProtected, missingRules, extraRules, missingSubjects, extraSubjects }: Reconciled,
  { removePermissions, removeSubjects }: { removePermissions: boolean; removeSubjects: boolean },
): string {
  if (operation === 'none') return '';
  const caveat = isProtected ? ', but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)' : '';
  const lists: readonly (readonly [boolean, string, readonly string[]])[] = [
    [true, 'missing subjects added', missingSubjects.map(subjectText)],
    [removeSubjects, 'extra subjects removed', extraSubjects.map(subjectText)],
    [true, 'missing rules added', missingRules.map(ruleText)],
    [removePermissions, 'extra rules removed', extraRules.map(ruleText)],
  ];
  const lines = [`\treconciliation required ${operation}${caveat}`];
  for (const [isTold, title, texts] of lists) {
    if (isTold && texts.length > 0) lines.push(`\t${title}:`, ...texts.map((text) => `\t\t${escapeTerminal(text)}`));
  }
  return `${lines.join('\n')}\n`;
}

/** Go's %+v of the two types. */
function subjectText({ kind, apiGroup = '', name, namespace = '' }: Subject): string {
  return `{Kind:${kind} APIGroup:${apiGroup} Name:${name} Namespace:${namespace}}`;
}

function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const list = (values: readonly string[] = []) => `[${values.join(' ')}]`;
  return `{Verbs:${list(verbs)} APIGroups:${list(apiGroups)} Resources:${list(resources)} ResourceNames:${list(resourceNames)} NonResourceURLs:${list(nonResourceURLs)}}`;
}

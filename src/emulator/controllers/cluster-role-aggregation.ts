import type { KubeObject } from '../../api/meta.ts';
import { type LabelSelectorObject, selectorOf } from '../../lib/label-selector.ts';
import { jsonEqual } from '../../lib/patch/merge-patch.ts';
import { type ControlContext, type Controller, ownKey } from './controller.ts';

const CLUSTER_ROLES = 'clusterroles.rbac.authorization.k8s.io';

/**
 * Fills in the rules of cluster roles that collect them from others by label: selector after selector,
 * the roles of each by name, every rule once; where there is none, those stay that somebody else wrote (pkg/controller/clusterroleaggregation).
 */
export function clusterRoleAggregation(context: ControlContext): Controller {
  const collectors = () => context.lister.list(CLUSTER_ROLES).filter((role) => role['aggregationRule']);
  return {
    name: 'clusterrole-aggregation-controller',
    watches: {
      // Any role may begin or cease to be collected by any other.
      [CLUSTER_ROLES]: (event) => [
        ...(event.type === 'DELETED' ? [] : ownKey(event, CLUSTER_ROLES)),
        ...collectors().map((role) => role.metadata.name!),
      ],
    },
    reconcile: async (name) => {
      const role = context.lister.get(CLUSTER_ROLES, undefined, name);
      const selectors = role?.['aggregationRule']?.clusterRoleSelectors as LabelSelectorObject[] | undefined;
      if (!role || !selectors) return undefined;
      const rules = collected(role, selectors, context.lister.list(CLUSTER_ROLES));
      if (jsonEqual(rules, role['rules'] ?? [])) return undefined;
      const { apiVersion, kind } = role;
      const said = rules.length > 0 ? { rules } : {};
      await context.client.apply(CLUSTER_ROLES, { apiVersion, kind, metadata: { name }, ...said });
      return undefined;
    },
  };
}

function collected(own: KubeObject, selectors: LabelSelectorObject[], roles: readonly KubeObject[]): unknown[] {
  const rules: unknown[] = [];
  const seen = new Set<string>();
  for (const selector of selectors.map(selectorOf)) {
    for (const role of roles) {
      if (role.metadata.name === own.metadata.name || !selector.matches(role.metadata.labels)) continue;
      for (const rule of (role['rules'] ?? []) as unknown[]) {
        const text = JSON.stringify(rule);
        if (seen.has(text)) continue;
        seen.add(text);
        rules.push(rule);
      }
    }
  }
  return rules;
}

import { type Fields, listAt } from './checks.ts';
import { labelValue } from './names.ts';

/** Labels of nodes that have newer names. Source: Kubernetes pkg/api/node/util.go and pkg/api/pod/warnings.go. */

const deprecated: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** What is said of each key of a map that is one of those. `at`: the path of a key. */
export function labelMapWarnings(labels: Fields | undefined, at: (key: string) => string): string[] {
  const keys = Object.keys(labels ?? {}).filter((key) => key in deprecated);
  return keys.map((key) => `${at(key)}: ${deprecated[key]}`);
}

export function expressionWarnings(at: string, selector: Fields | undefined): string[] {
  return listAt(selector, 'matchExpressions').flatMap(({ key }, index) =>
    key in deprecated ? [`${at}.matchExpressions[${index}].key: ${key} is ${deprecated[key]}`] : [],
  );
}

/** A term that is only preferred may hold values that no label has. */
function preferenceWarnings(at: string, term: Fields | undefined): string[] {
  const values = listAt(term, 'matchExpressions').flatMap((expression, index) =>
    ((expression.values ?? []) as string[]).flatMap((value, position) =>
      labelValue(value).map(
        (why) => `${at}.matchExpressions[${index}].values[${position}]: ${value} is invalid, ${why}`,
      ),
    ),
  );
  return [...expressionWarnings(at, term), ...values];
}

export function nodeTermWarnings(at: string, selector: Fields | undefined): string[] {
  return listAt(selector, 'nodeSelectorTerms').flatMap((term, index) =>
    expressionWarnings(`${at}.nodeSelectorTerms[${index}]`, term),
  );
}

export const topologyWarnings = (at: string, key: string): string[] =>
  key in deprecated ? [`${at}: ${key} is ${deprecated[key]}`] : [];

/** `at`: the path of the spec of a pod. */
export function placementWarnings(at: string, spec: Fields): string[] {
  const affinity: Fields | undefined = spec.affinity?.nodeAffinity;
  const [required, preferred] = [
    'requiredDuringSchedulingIgnoredDuringExecution',
    'preferredDuringSchedulingIgnoredDuringExecution',
  ] as const;
  const path = `${at}.affinity.nodeAffinity`;
  return [
    ...labelMapWarnings(spec.nodeSelector, (key) => `${at}.nodeSelector[${key}]`),
    ...nodeTermWarnings(`${path}.${required}`, affinity?.[required]),
    ...listAt(affinity, preferred).flatMap(({ preference }, index) =>
      preferenceWarnings(`${path}.${preferred}[${index}].preference`, preference),
    ),
  ];
}

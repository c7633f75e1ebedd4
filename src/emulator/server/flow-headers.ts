import type { KubeObject } from '../../api/meta.ts';
import type { UserInfo } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';
import type { Attributes } from './authorize.ts';
import type { Exchange } from './exchange.ts';

/** What `flowcontrol.apiserver.k8s.io/v1` FlowSchema says of who asks for what, as far as it is read here. */
interface Subject {
  kind: string;
  user?: { name: string };
  group?: { name: string };
  serviceAccount?: { name: string; namespace: string };
}

interface ResourceRule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
  clusterScope?: boolean;
  namespaces?: string[];
}

interface PolicyRules {
  subjects: Subject[];
  resourceRules?: ResourceRule[];
  nonResourceRules?: { verbs: string[]; nonResourceURLs: string[] }[];
}

const GROUP = 'flowcontrol.apiserver.k8s.io';

/** Connections that stay open are not waited for; a watch is, until it has begun. */
const CONNECTIONS = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** Names the flow schema and the priority level of a request in the headers of its answer (apiserver, server/filters/priority-and-fairness.go). */
export function tellFlow({ context, response, user }: Exchange, attributes: Attributes): void {
  if (CONNECTIONS.has(attributes.subresource ?? '')) return;
  const { store } = context.machine;
  const schema = schemaOf(store, user, attributes);
  const name = String(schema?.spec?.priorityLevelConfiguration?.name ?? '');
  const level = store.get(`prioritylevelconfigurations.${GROUP}`, undefined, name);
  if (!schema || !level) return;
  response.setHeader('X-Kubernetes-Pf-Flowschema-Uid', schema.metadata.uid ?? '');
  response.setHeader('X-Kubernetes-Pf-Prioritylevel-Uid', level.metadata.uid ?? '');
}

/** The first schema that matches, by precedence and then by name; they are listed by name. */
function schemaOf(store: Store, user: UserInfo, attributes: Attributes): KubeObject | undefined {
  let first: KubeObject | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const schema of store.list(`flowschemas.${GROUP}`)) {
    const precedence = Number(schema.spec?.matchingPrecedence ?? 0);
    if (precedence >= least) continue;
    const rules = (schema.spec?.rules ?? []) as PolicyRules[];
    if (!rules.some((rule) => matches(rule, user, attributes))) continue;
    first = schema;
    least = precedence;
  }
  return first;
}

function matches(rules: PolicyRules, user: UserInfo, attributes: Attributes): boolean {
  if (!rules.subjects.some((subject) => isSubject(subject, user))) return false;
  const { path } = attributes;
  if (path !== undefined) {
    return (rules.nonResourceRules ?? []).some(
      (rule) => has(rule.verbs, attributes.verb) && rule.nonResourceURLs.some((url) => coversUrl(url, path)),
    );
  }
  return (rules.resourceRules ?? []).some((rule) => coversResource(rule, attributes));
}

function isSubject(subject: Subject, { name, groups }: UserInfo): boolean {
  if (subject.user) return subject.user.name === '*' || subject.user.name === name;
  if (subject.group) return subject.group.name === '*' || groups.includes(subject.group.name);
  const account = subject.serviceAccount;
  if (!account) return false;
  const prefix = `system:serviceaccount:${account.namespace}:`;
  return account.name === '*' ? name.startsWith(prefix) : name === prefix + account.name;
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list[0] === '*' || list.includes(value));

function coversResource(rule: ResourceRule, attributes: Attributes): boolean {
  const { verb, group = '', resource = '', subresource, namespace } = attributes;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  if (!has(rule.verbs, verb) || !has(rule.resources, whole) || !has(rule.apiGroups, group)) return false;
  return namespace ? has(rule.namespaces, namespace) : rule.clusterScope === true;
}

function coversUrl(url: string, path: string): boolean {
  if (url === '*' || url === path) return true;
  const prefix = url.replace(/\*$/, '');
  return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkDnsLabel,
  checkOneOf,
  checkRequired,
  checkSubdomain,
  checkWord,
  type Fields,
  isMissing,
  listAt,
} from './checks.ts';
import { semanticEqual } from './equal.ts';
import { dnsLabel } from './names.ts';
import { checkAloneStar } from './wildcards.ts';

/** Priority and fairness of requests. Source: Kubernetes pkg/apis/flowcontrol/validation. */

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const lastPrecedence = 10000;

const textsAt = (fields: Fields, name: string): string[] => (fields[name] ?? []) as string[];

/** What each kind of subject has its name in. */
const subjectFields: Readonly<Record<string, string>> = {
  ServiceAccount: 'serviceAccount',
  User: 'user',
  Group: 'group',
};

function checkSubject(causes: Causes, at: string, subject: Fields): void {
  const { kind = '' } = subject;
  const own = subjectFields[kind];
  if (!own) {
    causes.notSupported(`${at}.kind`, kind, ['Group', 'ServiceAccount', 'User']);
    return;
  }
  if (!subject[own]) causes.required(`${at}.${own}`, `${own} is required when subject kind is '${kind}'`);
  else checkSubjectName(causes, `${at}.${own}`, subject[own], kind);
  for (const [other, field] of Object.entries(subjectFields)) {
    if (other === kind || !subject[field]) continue;
    causes.forbidden(`${at}.${field}`, `${field} is forbidden when subject kind is not '${other}'`);
  }
}

function checkSubjectName(causes: Causes, at: string, { name = '', namespace }: Fields, kind: string): void {
  const isNamed = checkRequired(causes, `${at}.name`, name);
  if (kind !== 'ServiceAccount') return;
  if (isNamed && name !== '*') checkSubdomain(causes, `${at}.name`, name);
  if (isMissing(namespace)) causes.required(`${at}.namespace`, 'must specify namespace for service account');
  else checkDnsLabel(causes, `${at}.namespace`, namespace);
}

function checkVerbs(causes: Causes, path: string, list: readonly string[]): void {
  if (list.length === 0) causes.required(path, 'verbs must contain at least one value');
  else if (list.includes('*')) checkAloneStar(causes, path, list, 'verbs');
  else if (!list.every((verb) => verbs.includes(verb))) causes.notSupported(path, list, verbs);
}

function checkResourceRule(causes: Causes, at: string, rule: Fields): void {
  checkVerbs(causes, `${at}.verbs`, textsAt(rule, 'verbs'));
  const groups = textsAt(rule, 'apiGroups');
  if (groups.length === 0) causes.required(`${at}.apiGroups`, 'resource rules must supply at least one api group');
  checkAloneStar(causes, `${at}.apiGroups`, groups, 'api groups');
  const resources = textsAt(rule, 'resources');
  if (resources.length === 0) causes.required(`${at}.resources`, 'resource rules must supply at least one resource');
  checkAloneStar(causes, `${at}.resources`, resources, 'resources');
  const namespaces = textsAt(rule, 'namespaces');
  const path = `${at}.namespaces`;
  if (namespaces.length === 0 && !rule.clusterScope) {
    causes.required(path, 'resource rules that are not cluster scoped must supply at least one namespace');
  } else if (namespaces.includes('*')) checkAloneStar(causes, path, namespaces, 'namespaces');
  else {
    for (const [index, namespace] of namespaces.entries()) {
      for (const why of dnsLabel(namespace)) {
        causes.invalid(
          `${path}[${index}]`,
          namespace,
          `each member of this list must be '*' or a DNS-1123 label; ${why}`,
        );
      }
    }
  }
}

function urlProblem(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'must start with slash';
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const stars = path.split('*').length - 1;
  return stars > 1 || (stars === 1 && !path.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}

function checkUrlRule(causes: Causes, at: string, rule: Fields): void {
  checkVerbs(causes, `${at}.verbs`, textsAt(rule, 'verbs'));
  const urls = textsAt(rule, 'nonResourceURLs');
  const path = `${at}.nonResourceURLs`;
  if (urls.length === 0) causes.required(path, 'nonResourceURLs must contain at least one value');
  else if (urls.includes('*')) checkAloneStar(causes, path, urls, 'non-resource URLs');
  else {
    for (const [index, url] of urls.entries()) {
      const problem = urlProblem(url);
      if (problem) causes.invalid(`${path}[${index}]`, url, problem);
    }
  }
}

function checkFlowRule(causes: Causes, at: string, rule: Fields): void {
  const subjects = listAt(rule, 'subjects');
  if (subjects.length === 0) causes.required(`${at}.subjects`, 'subjects must contain at least one value');
  for (const [index, subject] of subjects.entries()) checkSubject(causes, `${at}.subjects[${index}]`, subject);
  const [resources, urls] = [listAt(rule, 'resourceRules'), listAt(rule, 'nonResourceRules')];
  if (resources.length === 0 && urls.length === 0) {
    causes.required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty');
  }
  for (const [index, one] of resources.entries()) checkResourceRule(causes, `${at}.resourceRules[${index}]`, one);
  for (const [index, one] of urls.entries()) checkUrlRule(causes, `${at}.nonResourceRules[${index}]`, one);
}

const everything = (group: string): Fields => ({
  subjects: [{ kind: 'Group', group: { name: group } }],
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});

/** What a server is not without, and nobody changes. Source: k8s.io/apiserver, pkg/apis/flowcontrol/bootstrap. */
export const mandatoryFlows: Readonly<Record<string, Fields>> = {
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: lastPrecedence,
    distinguisherMethod: { type: 'ByUser' },
    rules: [
      {
        ...everything('system:unauthenticated'),
        subjects: [
          { kind: 'Group', group: { name: 'system:unauthenticated' } },
          { kind: 'Group', group: { name: 'system:authenticated' } },
        ],
      },
    ],
  },
  exempt: {
    priorityLevelConfiguration: { name: 'exempt' },
    matchingPrecedence: 1,
    rules: [everything('system:masters')],
  },
};

/** As `mandatoryFlows`; how much the exempt level lends may be changed. */
export const mandatoryLevels: Readonly<Record<string, Fields>> = {
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  },
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
};

export function checkFlowSchema(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const { name = '' } = object.metadata;
  const { matchingPrecedence: precedence = 0, distinguisherMethod: method } = spec;
  const at = 'spec.matchingPrecedence';
  if (precedence <= 0) causes.invalid(at, precedence, 'must be a positive value');
  if (precedence > lastPrecedence) causes.invalid(at, precedence, `must not be greater than ${lastPrecedence}`);
  if (precedence === 1 && name !== 'exempt') {
    causes.invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  }
  const methods = ['ByNamespace', 'ByUser'];
  if (method && !methods.includes(method.type)) {
    causes.notSupported('spec.distinguisherMethod.type', method, methods, 'flowcontrol.FlowDistinguisherMethod');
  }
  const level = spec.priorityLevelConfiguration?.name;
  if (isMissing(level)) causes.required('spec.priorityLevelConfiguration.name', 'must reference a priority level');
  else checkSubdomain(causes, 'spec.priorityLevelConfiguration.name', level);
  for (const [index, rule] of listAt(spec, 'rules').entries()) checkFlowRule(causes, `spec.rules[${index}]`, rule);
  const wanted = mandatoryFlows[name];
  if (wanted && !semanticEqual(spec, wanted)) {
    causes.invalid('spec', spec, `spec of '${name}' must equal the fixed value`, 'flowcontrol.FlowSchemaSpec');
  }
  checkFlowStatus(causes, object);
}

/** Conditions of both kinds. */
export function checkFlowStatus(causes: Causes, object: KubeObject): void {
  const seen = new Set<string>();
  for (const [index, { type = '' }] of listAt(object.status, 'conditions').entries()) {
    const at = `status.conditions[${index}].type`;
    if (seen.has(type)) causes.duplicate(at, type);
    seen.add(type);
    checkRequired(causes, at, type);
  }
}

const oldAnnotation = 'flowcontrol.k8s.io/preserve-zero-concurrency-shares';
const mostQueues = 10_000_000;
const hashBits = 60;

function checkQueuing(causes: Causes, at: string, queuing: Fields): void {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  if (queueLengthLimit <= 0) causes.invalid(`${at}.queueLengthLimit`, queueLengthLimit, 'must be positive');
  if (queues <= 0) causes.invalid(`${at}.queues`, queues, 'must be positive');
  else if (queues > mostQueues) causes.invalid(`${at}.queues`, queues, `must not be greater than ${mostQueues}`);
  const refuse = (why: string): void => causes.invalid(`${at}.handSize`, handSize, why);
  if (handSize <= 0) refuse('must be positive');
  else if (handSize > queues) refuse(`should not be greater than queues (${queues})`);
  else if (Math.ceil(Math.log2(queues) * handSize) > hashBits) {
    refuse(
      `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${hashBits}`,
    );
  }
}

function checkLimitResponse(causes: Causes, at: string, { type, queuing }: Fields): void {
  checkWord(causes, `${at}.type`, type, ['Queue', 'Reject']);
  if (type === 'Reject' && queuing) {
    causes.forbidden(`${at}.queuing`, 'must be nil if limited.limitResponse.type is not Limited');
  }
  if (type !== 'Queue') return;
  if (queuing) checkQueuing(causes, `${at}.queuing`, queuing);
  else causes.required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited');
}

const whole = 'must be a non-negative integer';

function checkLendable(causes: Causes, at: string, percent: unknown): void {
  if (typeof percent === 'number' && (percent < 0 || percent > 100)) {
    causes.invalid(`${at}.lendablePercent`, percent, 'must be between 0 and 100, inclusive');
  }
}

function checkLimited(causes: Causes, limited: Fields): void {
  const at = 'spec.limited';
  const { nominalConcurrencyShares: shares, borrowingLimitPercent: borrowed } = limited;
  if (shares < 0) causes.invalid(`${at}.nominalConcurrencyShares`, shares, whole);
  checkLimitResponse(causes, `${at}.limitResponse`, limited.limitResponse ?? {});
  checkLendable(causes, at, limited.lendablePercent);
  if (borrowed < 0) causes.invalid(`${at}.borrowingLimitPercent`, borrowed, `if specified, ${whole}`);
}

function checkExempt(causes: Causes, exempt: Fields): void {
  const at = 'spec.exempt';
  const { nominalConcurrencyShares: shares } = exempt;
  if (shares < 0) causes.invalid(`${at}.nominalConcurrencyShares`, shares, whole);
  checkLendable(causes, at, exempt.lendablePercent);
}

export function checkPriorityLevel(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const { name = '', annotations } = object.metadata;
  const { type = '', limited, exempt } = spec;
  if (annotations?.[oldAnnotation] !== undefined) {
    causes.forbidden('metadata.annotations', `annotation '${oldAnnotation}' is forbidden`);
  }
  if ((name === 'exempt') !== (type === 'Exempt')) {
    causes.invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'");
  }
  if (type === '') causes.required('spec.type');
  else checkOneOf(causes, 'spec.type', type, ['Exempt', 'Limited']);
  if (type === 'Exempt') {
    if (limited) causes.forbidden('spec.limited', 'must be nil if the type is not Limited');
    if (exempt) checkExempt(causes, exempt);
  } else if (type === 'Limited') {
    if (exempt) causes.forbidden('spec.exempt', 'must be nil if the type is Limited');
    if (limited) checkLimited(causes, limited);
    else causes.required('spec.limited', 'must not be empty when type is Limited');
  }
  checkMandatoryLevel(causes, name, spec);
  checkFlowStatus(causes, object);
}

function checkMandatoryLevel(causes: Causes, name: string, spec: Fields): void {
  const wanted = mandatoryLevels[name];
  const isExempt = name === 'exempt';
  if (!wanted || semanticEqual(isExempt ? { ...spec, exempt: wanted.exempt } : spec, wanted)) return;
  const but = isExempt ? " except the 'spec.exempt' field" : '';
  const detail = `spec of '${name}'${but} must equal the fixed value`;
  causes.invalid('spec', spec, detail, 'flowcontrol.PriorityLevelConfigurationSpec');
}

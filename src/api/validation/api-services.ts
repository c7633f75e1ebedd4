import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import { checkName, checkRequired, checkSubdomain, type Fields, isMissing, listAt } from './checks.ts';
import { dns1035Label, pathSegment } from './names.ts';
import { checkServicePort } from './webhook-clients.ts';

/** Group versions that are served by others. Source: kube-aggregator, pkg/apis/apiregistration/validation. */

function checkPriority(causes: Causes, field: string, value: unknown, most: number): void {
  const number = typeof value === 'number' ? value : 0;
  if (number <= 0 || number > most) {
    causes.invalid(`spec.${field}`, number, `must be positive and less than ${most}`);
  }
}

export function checkApiService(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const { group = '', version = '', service, caBundle, insecureSkipTLSVerify: isInsecure = false } = spec;
  const wanted = `${version}.${group}`;
  for (const field of ['generateName', 'name'] as const) {
    const name = object.metadata[field] ?? '';
    if (name === '' || name === wanted || pathSegment(name).length > 0) continue;
    causes.invalid(`metadata.${field}`, name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`);
  }
  if (group !== '') checkSubdomain(causes, 'spec.group', group);
  else if (version !== 'v1') {
    causes.required('spec.group', 'only v1 may have an empty group and it better be legacy kube');
  }
  checkName(causes, 'spec.version', version, dns1035Label);
  checkPriority(causes, 'groupPriorityMinimum', spec.groupPriorityMinimum, 20000);
  checkPriority(causes, 'versionPriority', spec.versionPriority, 1000);
  const hasBundle = !isMissing(caBundle);
  const refuse = (why: string): void => causes.invalid('spec.insecureSkipTLSVerify', true, why);
  if (service) {
    checkRequired(causes, 'spec.service.namespace', service.namespace);
    checkRequired(causes, 'spec.service.name', service.name);
    checkServicePort(causes, 'spec.service.port', service.port);
    if (isInsecure && hasBundle) refuse('may not be true if caBundle is present');
    return;
  }
  if (hasBundle) {
    const bytes = `${Buffer.from(caBundle, 'base64').length} bytes`;
    causes.invalid('spec.caBundle', bytes, 'local APIServices may not have a caBundle');
  }
  if (isInsecure) refuse('local APIServices may not have insecureSkipTLSVerify');
}

const statuses = ['True', 'False', 'Unknown'];

export function checkApiServiceStatus(causes: Causes, object: KubeObject): void {
  for (const [index, { status = '' }] of listAt(object.status, 'conditions').entries()) {
    if (!statuses.includes(status)) causes.notSupported(`status.conditions[${index}].status`, status, statuses);
  }
}

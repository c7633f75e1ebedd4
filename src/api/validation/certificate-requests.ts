import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import { checkOneOf, type Fields, isMissing, listAt } from './checks.ts';
import { semanticEqual } from './equal.ts';
import { certificateProblem, requestProblem } from './pem.ts';
import { checkSignerName } from './signer-names.ts';

/**
 * Requests for certificates: made, decided on, and answered. What was wrong before stays as it is.
 * Source: Kubernetes pkg/apis/certificates/validation.
 */

const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

const legacy = 'kubernetes.io/legacy-unknown';
const decisions = ['Approved', 'Denied'];
const finals = [...decisions, 'Failed'];

const conditionsOf = (object: KubeObject | undefined): Fields[] => listAt(object?.status, 'conditions');
const typesOf = (object: KubeObject | undefined): string[] => conditionsOf(object).map(({ type = '' }) => type);

const hasTwice = (list: readonly unknown[]): boolean => new Set(list).size < list.length;
const textOf = (bytes: unknown): string => Buffer.from(String(bytes ?? ''), 'base64').toString('latin1');

function checkSpec(causes: Causes, spec: Fields, old: Fields | undefined): void {
  const problem = requestProblem(textOf(spec.request));
  if (problem) causes.invalid('spec.request', spec.request ?? null, problem);
  const wanted = (spec.usages ?? []) as string[];
  const before = (old?.usages ?? []) as string[];
  if (wanted.length === 0) causes.required('spec.usages');
  if (before.every((usage) => usages.includes(usage))) {
    for (const [index, usage] of wanted.entries()) checkOneOf(causes, `spec.usages[${index}]`, usage, usages);
  }
  if (!hasTwice(before)) {
    for (const [index, usage] of wanted.entries()) {
      if (wanted.indexOf(usage) < index) causes.duplicate(`spec.usages[${index}]`, usage);
    }
  }
  const { signerName = '', expirationSeconds: seconds } = spec;
  if (signerName === legacy && old?.signerName !== legacy) {
    causes.invalid('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version');
  } else checkSignerName(causes, 'spec.signerName', signerName);
  if (seconds < 600) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    causes.invalid('spec.expirationSeconds', seconds, detail);
  }
}

function checkConditionList(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const path = 'status.conditions';
  const old = typesOf(previous);
  const mayBeBoth = decisions.every((one) => old.includes(one));
  const seen = new Set<string>();
  for (const [index, { type = '', status }] of conditionsOf(object).entries()) {
    const at = `${path}[${index}]`;
    if (type === '' && !old.includes('')) causes.required(`${at}.type`);
    if (isMissing(status)) causes.required(`${at}.status`);
    else checkOneOf(causes, `${at}.status`, status, finals.includes(type) ? ['True'] : ['False', 'True', 'Unknown']);
    const other = decisions.find((one) => one !== type)!;
    if (!mayBeBoth && decisions.includes(type) && seen.has(other)) {
      causes.invalid(path, type, 'Approved and Denied conditions are mutually exclusive');
    }
    if (seen.has(type) && !hasTwice(old)) causes.duplicate(`${at}.type`, type);
    seen.add(type);
  }
}

type Part = 'approval' | 'status' | undefined;

function checkChanges(causes: Causes, object: KubeObject, previous: KubeObject, part: Part): void {
  const path = 'status.conditions';
  const ofType = (one: KubeObject, type: string) => conditionsOf(one).filter((condition) => condition.type === type);
  for (const type of finals) {
    if (ofType(object, type).length < ofType(previous, type).length) {
      causes.forbidden(path, `updates may not remove a condition of type ${JSON.stringify(type)}`);
    }
  }
  for (const type of part === 'approval' ? [] : decisions) {
    const [now, old] = [ofType(object, type), ofType(previous, type)];
    const name = JSON.stringify(type);
    if (now.length > old.length) causes.forbidden(path, `updates may not add a condition of type ${name}`);
    else if (now.length === old.length && !semanticEqual(now, old)) {
      causes.forbidden(path, `updates may not modify a condition of type ${name}`);
    }
  }
  const [now, old] = [object.status?.certificate ?? '', previous.status?.certificate ?? ''];
  if (now === old) return;
  const refuse = (why: string): void => causes.forbidden('status.certificate', why);
  if (part !== 'status') refuse('updates may not set certificate content');
  else if (old !== '') refuse('updates may not modify existing certificate content');
}

const check =
  (part: Part) =>
  (causes: Causes, object: KubeObject, previous: KubeObject | undefined): void => {
    checkSpec(causes, object.spec ?? {}, previous?.spec);
    checkConditionList(causes, object, previous);
    const certificate = object.status?.certificate ?? '';
    const old = previous?.status?.certificate ?? '';
    const isOld = certificate === old || (old !== '' && certificateProblem(textOf(old)) !== undefined);
    const problem = certificate === '' || (previous && isOld) ? undefined : certificateProblem(textOf(certificate));
    if (problem) causes.invalid('status.certificate', '<certificate data>', problem);
    if (previous) checkChanges(causes, object, previous, part);
  };

export const checkCertificateRequest = check(undefined);
export const checkCertificateStatus = check('status');
export const checkCertificateApproval = check('approval');

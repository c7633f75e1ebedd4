import { KctlError } from '../../lib/errors.ts';
import { parseTemplate } from '../../lib/jsonpath/parse.ts';
import type { KubeObject } from '../meta.ts';
import {
  checkGiven,
  checkMatchConditions,
  checkMatchResources,
  failurePolicies,
  reinvocationPolicies,
} from './admission-rules.ts';
import type { Causes } from './causes.ts';
import { checkLabelSelector, checkName, checkOneOf, checkSubdomain, checkWord, type Fields, listAt } from './checks.ts';
import { semanticEqual } from './equal.ts';
import { dns1035Label, dnsSubdomain, pathSegment, qualifiedName } from './names.ts';
import { checkConditions } from './others.ts';

/**
 * Admission policies and their bindings, but for whether their expressions compile. Source: Kubernetes
 * pkg/apis/admissionregistration/validation.
 */

const isBlank = (text: unknown): boolean => String(text ?? '').trim() === '';

function checkParamKind(causes: Causes, kind: Fields | undefined): void {
  if (!kind) return;
  const at = 'spec.paramKind';
  const apiVersion = String(kind.apiVersion ?? '');
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/');
  if (apiVersion === '') causes.required(`${at}.apiVersion`);
  else if (parts.length > 2) {
    causes.invalid(`${at}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  } else {
    const [group, version] = parts.length === 2 ? (parts as [string, string]) : ['', parts[0]!];
    const complaints = group === '' ? [] : dnsSubdomain(group);
    if (complaints.length > 0) causes.invalid(`${at}.apiVersion`, group, complaints.join(','));
    const wrong = dns1035Label(version);
    if (version === '') causes.invalid(`${at}.apiVersion`, apiVersion, 'version must be specified');
    else if (wrong.length > 0) causes.invalid(`${at}.apiVersion`, version, wrong.join(','));
  }
  const name = String(kind.kind ?? '');
  const wrong = dns1035Label(name.toLowerCase());
  if (name === '') causes.required(`${at}.kind`);
  else if (wrong.length > 0) {
    causes.invalid(`${at}.kind`, name, `may have mixed case, but should otherwise match: ${wrong.join(',')}`);
  }
}

const reserved =
  /^(true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/;

function checkVariables(causes: Causes, variables: readonly Fields[]): void {
  for (const [index, { name, expression }] of variables.entries()) {
    const at = `spec.variables[${index}]`;
    if (isBlank(name)) causes.required(`${at}.name`, 'name is not specified');
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.test(name)) {
      causes.invalid(`${at}.name`, name, 'must be a valid CEL identifier');
    }
    if (isBlank(expression)) causes.required(`${at}.expression`, 'expression is not specified');
  }
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

function checkValidations(causes: Causes, validations: readonly Fields[]): void {
  for (const [index, { expression, message, messageExpression, reason }] of validations.entries()) {
    const at = `spec.validations[${index}]`;
    if (isBlank(expression)) causes.required(`${at}.expression`, 'expression is not specified');
    if (messageExpression && isBlank(messageExpression)) {
      causes.invalid(`${at}.messageExpression`, messageExpression, 'must be non-empty if specified');
    }
    const text = String(message ?? '');
    if (text !== '' && isBlank(text)) causes.invalid(`${at}.message`, text, 'must be non-empty if specified');
    else if (/[\n\r]/.test(text.trim())) causes.invalid(`${at}.message`, text, 'must not contain line breaks');
    checkOneOf(causes, `${at}.reason`, reason, reasons);
  }
}

const mostAnnotations = 20;
const longestAnnotation = 5 * 1024;

function checkAnnotations(causes: Causes, policy: string, annotations: readonly Fields[]): void {
  const path = 'spec.auditAnnotations';
  if (annotations.length > mostAnnotations) {
    const detail = `must not have more than ${mostAnnotations} auditAnnotations`;
    causes.invalid(path, annotations, detail, '[]admissionregistration.AuditAnnotation');
  }
  const keys = new Set<string>();
  for (const [index, { key = '', valueExpression }] of annotations.entries()) {
    const at = `${path}[${index}]`;
    checkName(causes, `${at}.key`, `${policy}/${key}`, qualifiedName);
    if (isBlank(valueExpression)) causes.required(`${at}.valueExpression`, 'valueExpression is not specified');
    else if (Buffer.byteLength(String(valueExpression).trim()) > longestAnnotation) {
      causes.required(`${at}.valueExpression`, `must not exceed ${longestAnnotation} bytes in length`);
    }
    if (keys.has(key)) causes.duplicate(`${at}.key`, key);
    keys.add(key);
  }
}

/** What both kinds of policies begin with. */
function checkTarget(causes: Causes, spec: Fields): void {
  checkGiven(causes, 'spec.failurePolicy', spec.failurePolicy, failurePolicies);
  checkParamKind(causes, spec.paramKind);
  if (!spec.matchConstraints) {
    causes.required('spec.matchConstraints');
    return;
  }
  checkMatchResources(causes, 'spec.matchConstraints', spec.matchConstraints);
  if (listAt(spec.matchConstraints, 'resourceRules').length === 0) {
    causes.required('spec.matchConstraints.resourceRules');
  }
}

/** Conditions that were there before are not looked at again. */
function checkPolicyConditions(causes: Causes, spec: Fields, previous: KubeObject | undefined): void {
  const old = previous?.spec;
  const isSame =
    old && semanticEqual(spec.paramKind, old.paramKind) && semanticEqual(spec.matchConditions, old.matchConditions);
  if (!isSame) checkMatchConditions(causes, 'spec.matchConditions', listAt(spec, 'matchConditions'));
}

export function checkValidatingPolicy(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkTarget(causes, spec);
  checkPolicyConditions(causes, spec, previous);
  checkVariables(causes, listAt(spec, 'variables'));
  const [validations, annotations] = [listAt(spec, 'validations'), listAt(spec, 'auditAnnotations')];
  if (validations.length === 0 && annotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    causes.required('spec.validations', detail);
    causes.required('spec.auditAnnotations', detail);
    return;
  }
  checkValidations(causes, validations);
  checkAnnotations(causes, object.metadata.name ?? '', annotations);
}

/** Why a JSONPath cannot be read, without the template that commands show before it; what it names is nobody's business here. */
function pathProblem(template: string): string | undefined {
  try {
    parseTemplate(template);
    return undefined;
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const start = `error parsing jsonpath ${template}, `;
    return error.message.startsWith(start) ? error.message.slice(start.length) : undefined;
  }
}

export function checkValidatingPolicyStatus(causes: Causes, object: KubeObject): void {
  const status: Fields = object.status ?? {};
  for (const [index, { warning = '', fieldRef }] of listAt(status.typeChecking, 'expressionWarnings').entries()) {
    const at = `status.typeChecking.expressionWarnings[${index}]`;
    if (warning === '') causes.required(`${at}.warning`);
    if (isBlank(fieldRef)) {
      causes.required(`${at}.fieldRef`);
      continue;
    }
    const path = String(fieldRef).trim();
    const problem = pathProblem(`{${path}}`);
    if (problem) causes.invalid(`${at}.fieldRef`, path, `invalid JSONPath: ${problem}`);
  }
  checkConditions(causes, 'status.conditions', listAt(status, 'conditions'));
}

const mutating = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

/** What is deleted cannot be changed any more. */
function checkMutatingOperations(causes: Causes, path: string, match: Fields | undefined): void {
  for (const rule of listAt(match, 'resourceRules')) {
    for (const operation of (rule.operations ?? []) as string[]) {
      checkOneOf(causes, `${path}.resourceRules.operations`, operation, mutating);
    }
  }
}

/** The field that each type of patch has its expression in. */
const patches: Readonly<Record<string, string>> = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' };

function checkMutation(causes: Causes, at: string, mutation: Fields): void {
  const { patchType } = mutation;
  checkWord(causes, `${at}.patchType`, patchType, Object.keys(patches));
  const own = patches[patchType];
  if (!own) return;
  const needed = `must be specified when patchType is ${patchType}`;
  if (!mutation[own]) causes.required(`${at}.${own}`, needed);
  else if (isBlank(mutation[own].expression)) causes.required(`${at}.${own}.expression`);
  const other = Object.values(patches).find((field) => field !== own)!;
  if (mutation[other]) {
    causes.invalid(`${at}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`);
  }
}

export function checkMutatingPolicy(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkTarget(causes, spec);
  checkMutatingOperations(causes, 'spec.matchConstraints', spec.matchConstraints);
  checkPolicyConditions(causes, spec, previous);
  checkVariables(causes, listAt(spec, 'variables'));
  const mutations = listAt(spec, 'mutations');
  if (mutations.length === 0) causes.required('spec.mutations', 'mutations must contain at least one item');
  for (const [index, mutation] of mutations.entries()) checkMutation(causes, `spec.mutations[${index}]`, mutation);
  checkWord(causes, 'spec.reinvocationPolicy', spec.reinvocationPolicy, reinvocationPolicies);
}

function checkParamRef(causes: Causes, ref: Fields | undefined): void {
  if (!ref) return;
  const at = 'spec.paramRef';
  const { name = '', selector, parameterNotFoundAction: action } = ref;
  const both = 'name and selector are mutually exclusive';
  if (name !== '') {
    checkName(causes, `${at}.name`, name, pathSegment);
    if (selector) causes.forbidden(`${at}.name`, both);
  }
  if (selector) {
    checkLabelSelector(causes, `${at}.selector`, selector);
    if (name !== '') causes.forbidden(`${at}.selector`, both);
  }
  if (name === '' && !selector) causes.required(at, 'one of name or selector must be specified');
  checkWord(causes, `${at}.parameterNotFoundAction`, action, ['Deny', 'Allow']);
}

function checkBound(causes: Causes, spec: Fields): void {
  const { policyName = '' } = spec;
  if (policyName === '') causes.required('spec.policyName');
  else checkSubdomain(causes, 'spec.policyName', policyName);
  checkParamRef(causes, spec.paramRef);
  checkMatchResources(causes, 'spec.matchResources', spec.matchResources);
}

const actions = ['Audit', 'Deny', 'Warn'];

export function checkValidatingBinding(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  checkBound(causes, spec);
  const wanted = (spec.validationActions ?? []) as string[];
  const path = 'spec.validationActions';
  for (const [index, action] of wanted.entries()) {
    checkOneOf(causes, `${path}[${index}]`, action, actions);
    if (wanted.indexOf(action) < index) causes.duplicate(`${path}[${index}]`, action);
  }
  if (wanted.includes('Deny') && wanted.includes('Warn')) {
    causes.invalid(
      path,
      wanted,
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    );
  }
  if (wanted.length === 0) causes.required(path, 'at least one validation action is required');
}

export function checkMutatingBinding(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  checkBound(causes, spec);
  checkMutatingOperations(causes, 'spec.matchResources', spec.matchResources);
}

import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { readFieldPath } from '../../api/validation/definition-paths.ts';
import type { StructuralSchema } from './custom-resource.ts';
import { compileRules, rulesOf, type ValidationRule } from './rules.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/**
 * What is wrong with the rules of a definition's schemas (apiextensions-apiserver,
 * pkg/apis/apiextensions/validation, ValidateCustomResourceDefinitionOpenAPISchema).
 */
export function wrongRules(definition: KubeObject): StatusCause[] {
  const versions = (definition.spec?.versions ?? []) as { schema?: { openAPIV3Schema?: StructuralSchema } }[];
  return versions.flatMap(({ schema }, at) => {
    if (!isFields(schema?.openAPIV3Schema)) return [];
    const checker = new Checker();
    checker.schema(
      schema.openAPIV3Schema as StructuralSchema,
      `spec.versions[${at}].schema.openAPIV3Schema`,
      undefined,
      true,
    );
    return checker.shape.length > 0 ? checker.shape : checker.compiled;
  });
}

class Checker {
  /** What is wrong with how rules are written down; then they are not compiled. */
  readonly shape: StatusCause[] = [];
  readonly compiled: StatusCause[] = [];

  /** @param uncorrelated the part of the schema where nothing can be found again after an update */
  schema(schema: StructuralSchema, path: string, uncorrelated: string | undefined, isRoot = false): void {
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      this.schema(child, `${path}.properties[${name}]`, uncorrelated);
    }
    if (isFields(schema.additionalProperties)) {
      this.schema(schema.additionalProperties as StructuralSchema, `${path}.additionalProperties`, uncorrelated);
    }
    if (isFields(schema.items)) {
      const isMap = schema['x-kubernetes-list-type'] === 'map';
      this.schema(schema.items, `${path}.items`, isMap ? uncorrelated : (uncorrelated ?? path));
    }
    for (const [at, rule] of rulesOf(schema).entries()) {
      this.#shape(rule, schema, `${path}.x-kubernetes-validations[${at}]`);
    }
    if (this.shape.length === 0) this.#compile(schema, path, uncorrelated, isRoot);
  }

  #shape(rule: ValidationRule, schema: StructuralSchema, path: string): void {
    const required = (field: string, detail: string) =>
      this.shape.push({
        reason: 'FieldValueRequired',
        message: `Required value: ${detail}`,
        field: `${path}.${field}`,
      });
    const invalid = (field: string, value: string, detail: string) => {
      const message = `Invalid value: ${JSON.stringify(value)}: ${detail}`;
      this.shape.push({ reason: 'FieldValueInvalid', message, field: `${path}.${field}` });
    };
    const text = (rule.rule ?? '').trim();
    const message = rule.message?.trim() ?? '';
    if (!text) required('rule', 'rule is not specified');
    else if (rule.message && !message) invalid('message', rule.message, 'must be non-empty if specified');
    else if (/[\r\n]/.test(message)) invalid('message', rule.message!, 'must not contain line breaks');
    else if (/[\r\n]/.test(text) && !message) {
      required('message', 'message must be specified if rule contains line breaks');
    }
    if (rule.messageExpression && !rule.messageExpression.trim()) {
      required('messageExpression', 'messageExpression must be non-empty if specified');
    }
    if (rule.reason !== undefined && !REASONS.includes(rule.reason)) {
      const supported = REASONS.map((one) => JSON.stringify(one)).join(', ');
      this.shape.push({
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(rule.reason)}: supported values: ${supported}`,
        field: `${path}.reason`,
      });
    }
    if (!rule.fieldPath) return;
    if (!rule.fieldPath.trim()) invalid('fieldPath', rule.fieldPath, 'must be non-empty if specified');
    if (/[\r\n]/.test(rule.fieldPath)) invalid('fieldPath', rule.fieldPath, 'must not contain line breaks');
    if ('problem' in readFieldPath(rule.fieldPath, schema))
      invalid('fieldPath', rule.fieldPath, 'must be a valid path');
  }

  #compile(schema: StructuralSchema, path: string, uncorrelated: string | undefined, isRoot: boolean): void {
    const rules = rulesOf(schema);
    if (rules.length === 0) return;
    const { type, rules: compiled } = compileRules(schema, schema, isRoot);
    const put = (reason: string, message: string, at: number, field: string) =>
      this.compiled.push({ reason, message, field: `${path}.x-kubernetes-validations[${at}].${field}` });
    if (!type) {
      this.compiled.push({
        reason: 'InternalError',
        message: 'Internal error: internal error: failed to retrieve type information for x-kubernetes-validations',
        field: `${path}.x-kubernetes-validations`,
      });
      return;
    }
    for (const [at, { rule, problem, messageProblem, usesOldSelf }] of compiled.entries()) {
      const shown = showRule(rule);
      if (problem !== undefined) put('FieldValueInvalid', `Invalid value: ${shown}: ${problem}`, at, 'rule');
      if (messageProblem !== undefined) {
        put('FieldValueInvalid', `Invalid value: ${shown}: ${messageProblem}`, at, 'messageExpression');
      }
      if (usesOldSelf && uncorrelated !== undefined) {
        const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
        put('FieldValueInvalid', `Invalid value: ${JSON.stringify(rule.rule)}: ${detail}`, at, 'rule');
      } else if (!usesOldSelf && rule.optionalOldSelf !== undefined && problem === undefined) {
        const detail = 'may not be set if oldSelf is not used in rule';
        put('FieldValueInvalid', `Invalid value: ${rule.optionalOldSelf}: ${detail}`, at, 'optionalOldSelf');
      }
    }
  }
}

/** A rule as Go's encoding/json shows the server's own type of it. */
function showRule({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: ValidationRule): string {
  const shown = {
    Rule: rule,
    Message: message ?? '',
    MessageExpression: messageExpression ?? '',
    Reason: reason ?? null,
    FieldPath: fieldPath ?? '',
    OptionalOldSelf: optionalOldSelf ?? null,
  };
  return JSON.stringify(shown).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

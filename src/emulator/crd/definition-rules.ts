import type { StatusCause } from '../../api/status.ts';
import { readFieldPath } from '../../api/validation/definition-paths.ts';
import { goJson, goQuote } from '../../api/validation/go-text.ts';
import { REQUEST_BYTES, schemaSizes } from '../../cel/schema-sizes.ts';
import type { StructuralSchema } from './custom-resource.ts';
import { RuleCostSum, tooCostly } from './rule-costs.ts';
import { compileRules, estimateRule, rulesOf, type ValidationRule } from './rules.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/**
 * What is wrong with the rules of one schema, and whether they cost too much (apiextensions-apiserver,
 * pkg/apis/apiextensions/validation, ValidateCustomResourceDefinitionOpenAPISchema).
 * @param path of the schema, for messages
 * @param isKnown a schema that was there before: what its rules cost each is not asked again
 */
export function wrongRules(schema: StructuralSchema, path: string, isKnown: boolean): StatusCause[] {
  const checker = new Checker(isKnown);
  checker.schema(schema, path, { cardinality: 1, isRoot: true });
  return [...checker.shape, ...checker.compiled, ...checker.costs.tooMuch(path)];
}

/** Where a schema stands. */
interface Place {
  /** The part of the schema where nothing can be found again after an update. */
  uncorrelated?: string;
  /** How often its values may be there at most; undefined where there is no bound. */
  cardinality: number | undefined;
  isRoot?: boolean;
}

/** How many of its parts a value may have (extractMaxElements). */
function partsAtMost({ type, additionalProperties, maxProperties, maxItems }: StructuralSchema): number | undefined {
  if (type === 'array') return maxItems === undefined ? undefined : Math.max(0, maxItems);
  if (type !== 'object' || additionalProperties === undefined) return 1;
  return maxProperties === undefined ? undefined : Math.max(0, maxProperties as number);
}

class Checker {
  /** What is wrong with how rules are written down; then those around are not compiled. */
  readonly shape: StatusCause[] = [];
  readonly compiled: StatusCause[] = [];
  readonly costs = new RuleCostSum();
  readonly #isKnown: boolean;

  constructor(isKnown: boolean) {
    this.#isKnown = isKnown;
  }

  schema(schema: StructuralSchema, path: string, place: Place): void {
    const before = this.shape.length;
    const parts = partsAtMost(schema);
    const cardinality = place.cardinality === undefined || parts === undefined ? undefined : place.cardinality * parts;
    const { uncorrelated } = place;
    const inside: Place = { cardinality, ...(uncorrelated === undefined ? {} : { uncorrelated }) };
    if (isFields(schema.additionalProperties)) {
      this.schema(schema.additionalProperties as StructuralSchema, `${path}.additionalProperties`, inside);
    }
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      this.schema(child, `${path}.properties[${name}]`, inside);
    }
    if (isFields(schema.items)) {
      const isMap = schema['x-kubernetes-list-type'] === 'map';
      this.schema(schema.items, `${path}.items`, isMap ? inside : { ...inside, uncorrelated: uncorrelated ?? path });
    }
    for (const [at, rule] of rulesOf(schema).entries()) {
      this.#shape(rule, schema, `${path}.x-kubernetes-validations[${at}]`);
    }
    if (this.shape.length === before) this.#compile(schema, path, place);
  }

  #shape(rule: ValidationRule, schema: StructuralSchema, path: string): void {
    const required = (field: string, detail: string) =>
      this.shape.push({
        reason: 'FieldValueRequired',
        message: `Required value: ${detail}`,
        field: `${path}.${field}`,
      });
    const invalid = (field: string, value: string, detail: string) => {
      const message = `Invalid value: ${goQuote(value)}: ${detail}`;
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

  #compile(schema: StructuralSchema, path: string, { uncorrelated, cardinality, isRoot = false }: Place): void {
    const rules = rulesOf(schema);
    if (rules.length === 0) return;
    const { type, rules: compiled } = compileRules(schema, schema, isRoot);
    const sizes = schemaSizes(schema, isRoot || schema['x-kubernetes-embedded-resource'] === true);
    const put = (reason: string, message: string, at: number, field: string) =>
      this.compiled.push({ reason, message, field: `${path}.x-kubernetes-validations[${at}].${field}` });
    if (!type || !sizes) {
      this.compiled.push({
        reason: 'InternalError',
        message:
          'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations',
        field: `${path}.x-kubernetes-validations`,
      });
      return;
    }
    const often = cardinality ?? Math.floor(REQUEST_BYTES / (sizes.least + 1));
    for (const [at, one] of compiled.entries()) {
      const { rule, problem, messageProblem, usesOldSelf } = one;
      const shown = showRule(rule);
      const cost = estimateRule(one, sizes);
      const observe = (field: string, what: string, value: number) => {
        const why = this.#isKnown ? undefined : tooCostly(what, value);
        if (why) put('FieldValueForbidden', `Forbidden: ${why}`, at, field);
        this.costs.add(`${path}.x-kubernetes-validations[${at}].${field}`, value);
      };
      observe('rule', 'estimated rule cost', cost.rule * often);
      if (problem !== undefined) put('FieldValueInvalid', `Invalid value: ${shown}: ${problem}`, at, 'rule');
      if (messageProblem !== undefined) {
        put('FieldValueInvalid', `Invalid value: ${shown}: ${messageProblem}`, at, 'messageExpression');
      } else if (one.message) observe('messageExpression', 'estimated messageExpression cost', cost.message);
      if (usesOldSelf && uncorrelated !== undefined) {
        const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
        put('FieldValueInvalid', `Invalid value: ${goQuote(rule.rule)}: ${detail}`, at, 'rule');
      } else if (!usesOldSelf && rule.optionalOldSelf !== undefined && rule.optionalOldSelf !== null) {
        const detail = 'may not be set if oldSelf is not used in rule';
        put('FieldValueInvalid', `Invalid value: ${rule.optionalOldSelf}: ${detail}`, at, 'optionalOldSelf');
      }
    }
  }
}

/** A rule as Go's encoding/json shows the server's own type of it. */
const showRule = (rule: ValidationRule): string => goJson(rule, 'apiextensions.ValidationRule');

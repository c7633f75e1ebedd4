import type { ApiStatus, StatusCause } from '../status.ts';
import { goSyntax } from './go-syntax.ts';
import { goJson, goQuote } from './go-text.ts';

/** A value that a message leaves out. */
export const omitted: unique symbol = Symbol('omitted');

/**
 * How lists, maps and structs are written in messages: as Go source, which servers did for years and which is what
 * recorded exchanges hold, or as JSON, which those of 1.34 and later do.
 */
export type ValueStyle = 'go' | 'json';

/** How a server prints a value that a message complains about. `type`: its Go type, where names differ. */
function shown(value: unknown, type: string | undefined, style: ValueStyle): string {
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (style === 'json') return goJson(value, type);
  if (value === undefined || value === null) return '"null"';
  return goSyntax(value, type) ?? goJson(value, type);
}

const detailed = (text: string, detail: string | undefined): string => (detail ? `${text}: ${detail}` : text);

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

export interface SelectorProblem {
  kind: 'invalid' | 'forbidden';
  detail: string;
}

/** What checks need that is not known here; what is missing is not checked. */
export interface Tools {
  /** What is wrong with a CEL expression that selects devices. */
  deviceSelector?(expression: string): SelectorProblem | undefined;
}

/**
 * Collects what is wrong with an object, in the server's words. Paths are field paths:
 * `spec.containers[0].name`, `data[key]`. Source: apimachinery, util/validation/field/errors.go.
 */
export class Causes {
  readonly list: StatusCause[] = [];
  readonly tools: Tools;
  readonly #style: ValueStyle;

  constructor(style: ValueStyle = 'go', tools: Tools = {}) {
    this.#style = style;
    this.tools = tools;
  }

  #add(reason: string, field: string, message: string): void {
    this.list.push({ reason, message, field });
  }

  required(field: string, detail?: string): void {
    this.#add('FieldValueRequired', field, detailed('Required value', detail));
  }

  /** `type`: the Go type of a value that is printed as its internal form (see go-text.ts). */
  invalid(field: string, value: unknown, detail: string, type?: string): void {
    const what = value === omitted ? 'Invalid value' : `Invalid value: ${shown(value, type, this.#style)}`;
    this.#add('FieldValueInvalid', field, detailed(what, detail));
  }

  /** The supported values in the order in which they are to be listed. */
  notSupported(field: string, value: unknown, supported: readonly string[], type?: string): void {
    const values = supported.map((one) => JSON.stringify(one)).join(', ');
    const detail = values && `supported values: ${values}`;
    this.#add(
      'FieldValueNotSupported',
      field,
      detailed(`Unsupported value: ${shown(value, type, this.#style)}`, detail),
    );
  }

  duplicate(field: string, value: unknown, detail?: string, type?: string): void {
    this.#add('FieldValueDuplicate', field, detailed(`Duplicate value: ${shown(value, type, this.#style)}`, detail));
  }

  notFound(field: string, value: unknown, detail?: string): void {
    this.#add('FieldValueNotFound', field, detailed(`Not found: ${shown(value, undefined, this.#style)}`, detail));
  }

  forbidden(field: string, detail: string): void {
    this.#add('FieldValueForbidden', field, detailed('Forbidden', detail));
  }

  tooLong(field: string, max: number, unit = 'byte'): void {
    this.#add('FieldValueTooLong', field, `Too long: may not be more than ${plural(max, unit)}`);
  }

  tooMany(field: string, count: number, max: number): void {
    this.#add('FieldValueTooMany', field, `Too many: ${count}: must have at most ${plural(max, 'item')}`);
  }

  internal(field: string, detail: string): void {
    this.#add('InternalError', field, `Internal error: ${detail}`);
  }
}

/** The 422 answer: `Deployment.apps "d" is invalid: [a, b]`, with the causes. */
export function invalidStatus(
  resource: { group: string; kind: string },
  name: string,
  causes: readonly StatusCause[],
): ApiStatus {
  const { kind, group } = resource;
  const texts = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))];
  const what = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${group ? `${kind}.${group}` : kind} ${JSON.stringify(name)} is invalid: ${what}`,
    reason: 'Invalid',
    details: {
      ...(name ? { name } : {}),
      ...(group ? { group } : {}),
      ...(kind ? { kind } : {}),
      causes: causes.map((cause) => ({ ...cause })),
    },
    code: 422,
  };
}

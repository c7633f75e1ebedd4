import type { ApiStatus, StatusCause } from '../status.ts';

/** How Go prints a value that a message complains about. */
function goValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === 'string')
      ? `[]string{${value.map((item) => JSON.stringify(item)).join(', ')}}`
      : JSON.stringify(value);
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.some(([, inner]) => typeof inner !== 'string')) return JSON.stringify(value);
  return `map[string]string{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${JSON.stringify(inner)}`).join(', ')}}`;
}

const detailed = (text: string, detail: string | undefined): string => (detail ? `${text}: ${detail}` : text);

/**
 * Collects what is wrong with an object, in the server's words. Paths are field paths:
 * `spec.containers[0].name`, `data[key]`. Source: apimachinery, util/validation/field/errors.go.
 */
export class Causes {
  readonly list: StatusCause[] = [];

  #add(reason: string, field: string, message: string): void {
    this.list.push({ reason, message, field });
  }

  required(field: string, detail?: string): void {
    this.#add('FieldValueRequired', field, detailed('Required value', detail));
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.#add('FieldValueInvalid', field, detailed(`Invalid value: ${goValue(value)}`, detail));
  }

  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    const values = [...supported].sort().map((one) => JSON.stringify(one));
    const detail = `supported values: ${values.join(', ')}`;
    this.#add('FieldValueNotSupported', field, detailed(`Unsupported value: ${goValue(value)}`, detail));
  }

  duplicate(field: string, value: unknown): void {
    this.#add('FieldValueDuplicate', field, `Duplicate value: ${goValue(value)}`);
  }

  notFound(field: string, value: unknown): void {
    this.#add('FieldValueNotFound', field, `Not found: ${goValue(value)}`);
  }

  forbidden(field: string, detail: string): void {
    this.#add('FieldValueForbidden', field, detailed('Forbidden', detail));
  }

  tooLong(field: string, max: number): void {
    this.#add('FieldValueTooLong', field, `Too long: may not be more than ${max} bytes`);
  }
}

/** Kinds whose messages name another group than the one they are served in. */
const messageGroups: Readonly<Record<string, string>> = { 'Ingress.networking.k8s.io': 'extensions' };

/** The 422 answer: `Deployment.apps "d" is invalid: [a, b]`, with the causes. */
export function invalidStatus(
  resource: { group: string; kind: string },
  name: string,
  causes: readonly StatusCause[],
): ApiStatus {
  const { kind } = resource;
  const group = messageGroups[`${kind}.${resource.group}`] ?? resource.group;
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
      kind,
      causes: causes.map((cause) => ({ ...cause })),
    },
    code: 422,
  };
}

import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import type { CustomScale } from './custom-resource.ts';

const MOST = 2 ** 31 - 1;

const TYPES: Readonly<Record<string, string>> = { boolean: 'bool', number: 'int64', string: 'string' };

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number' && !Number.isSafeInteger(value) && !isInt64(value)) return 'float64';
  return TYPES[typeof value] ?? 'map[string]interface {}';
}

const isInt64 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 63;

/** The value at a simple path, or what keeps from it (apimachinery, unstructured.NestedFieldNoCopy). */
function at(object: KubeObject, path: string, wanted: string): { value?: unknown; problem?: string } {
  const steps = path.replace(/^\./, '').split('.');
  let value: unknown = object;
  for (const [index, step] of steps.entries()) {
    if (value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) {
      const where = `.${steps.slice(0, index + 1).join('.')}`;
      return {
        problem: `${where} accessor error: ${shown(value)} is of the type ${goType(value)}, expected map[string]interface{}`,
      };
    }
    value = (value as Record<string, unknown>)[step];
    if (value === undefined) return {};
  }
  if (goType(value) === wanted && value !== null) return { value };
  const type = value === null ? '<nil>' : goType(value);
  return { problem: `.${steps.join('.')} accessor error: ${shown(value)} is of the type ${type}, expected ${wanted}` };
}

/** As Go's `%v` shows what it decodes JSON into. */
function shown(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  if (typeof value === 'object') {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${fields.map(([key, child]) => `${key}:${shown(child)}`).join(' ')}]`;
  }
  if (typeof value === 'number')
    return String(value).replace(
      /^(\d)(\d*?)0{15,}$/,
      (_, a, b) => `${a}${b ? `.${b}` : ''}e+${String(value).length - 1}`,
    );
  return String(value);
}

/**
 * What is wrong with the values that a scale is made of (apiextensions-apiserver,
 * pkg/registry/customresource/validator.go).
 * @param part which of them the write is about; both where it is about the whole object
 */
export function wrongScale(object: KubeObject, scale: CustomScale, part: 'spec' | 'status' | 'both'): StatusCause[] {
  const found: StatusCause[] = [];
  const refuse = (field: string, value: string, detail: string) =>
    found.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${detail}`, field });
  const count = (path: string) => {
    const { value = 0, problem } = at(object, path, 'int64');
    const replicas = value as number;
    if (problem) refuse(path, '0', problem);
    else if (replicas < 0) refuse(path, String(replicas), 'should be a non-negative integer');
    else if (replicas > MOST) refuse(path, String(replicas), `should be less than or equal to ${MOST}`);
  };
  if (part !== 'status') count(scale.specReplicasPath);
  if (part === 'spec') return found;
  count(scale.statusReplicasPath);
  const { labelSelectorPath: selector } = scale;
  const { problem } = selector ? at(object, selector, 'string') : {};
  if (selector && problem) refuse(selector, '""', problem);
  return found;
}

import type { SelectorProblem } from '../../api/validation/causes.ts';
import { compileCel } from '../../cel/compile.ts';
import { estimateCost } from '../../cel/estimate/coster.ts';
import {
  ANY,
  BOOL,
  type CelEnvironment,
  type CelType,
  formatType,
  mapOf,
  objectType,
  opaque,
  STRING,
} from '../../cel/index.ts';
import type { SizedNode } from '../../cel/schema-sizes.ts';

/** What selectors of devices may name, and how large it may get. Source: k8s.io/dynamic-resource-allocation, cel/compile.go. */

const DEVICE = objectType('kubernetes.DRADevice', {
  driver: STRING,
  allowMultipleAllocations: BOOL,
  attributes: mapOf(STRING, mapOf(STRING, ANY)),
  capacity: mapOf(STRING, mapOf(STRING, opaque('kubernetes.Quantity'))),
});
const ENVIRONMENT: CelEnvironment = {
  variables: { device: DEVICE },
  construct: (name) => (name === 'kubernetes.DRADevice' ? DEVICE : undefined),
  bindings: true,
};

/** As cel-go prints a type outside of its checker. */
const shownType = (type: CelType): string =>
  formatType(type)
    .replaceAll(/\bany\b/g, 'google.protobuf.Any')
    .replaceAll(/\bnull\b/g, 'null_type');

const sized = (max: number, more: Partial<SizedNode> = {}): SizedNode => ({ max, least: 0, ...more });
const MOST_ENTRIES = 32;
const domain = sized(63);
const id = sized(32);
/** Of an attribute its longest text. */
const attribute = sized(64);
const inMap = (keys: SizedNode, items: SizedNode, others?: SizedNode): SizedNode =>
  sized(MOST_ENTRIES, { keys, items, ...(others ? { others } : {}) });
const ROOT = sized(0, {
  fields: new Map([
    ['driver', sized(63)],
    ['allowMultipleAllocations', sized(1)],
    ['attributes', inMap(domain, inMap(id, attribute, attribute))],
    ['capacity', inMap(domain, inMap(id, sized(0)))],
  ]),
});

const COST_LIMIT = 1_000_000;
/** A selector may be a single attribute, of which nobody knows what it is. */
const RESULTS = ['bool', 'any'];

/** What is wrong with a selector; undefined of a sound one. */
export function selectorProblem(expression: string): SelectorProblem | undefined {
  try {
    const program = compileCel(expression, ENVIRONMENT);
    const type = formatType(program.type);
    if (!RESULTS.includes(type)) {
      return { kind: 'invalid', detail: `must evaluate to bool or the unknown type, not ${shownType(program.type)}` };
    }
    const cost = estimateCost(program, ROOT, 'device');
    return cost > COST_LIMIT ? { kind: 'forbidden', detail: 'too complex, exceeds cost limit' } : undefined;
  } catch (error) {
    return { kind: 'invalid', detail: `compilation failed: ${(error as Error).message}` };
  }
}

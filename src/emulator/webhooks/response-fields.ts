/** What a field of Go's types takes: a type of its own (a RawExtension: anything), a list, a map of texts, or a struct. */
type Shape =
  | 'string'
  | 'bool'
  | 'int32'
  | 'bytes'
  | 'runtime.RawExtension'
  | readonly ['list', Shape]
  | readonly ['map']
  | Struct;

interface Struct {
  goType: string;
  fields: Readonly<Record<string, Shape>>;
}

const texts = (...names: string[]): Record<string, Shape> =>
  Object.fromEntries(names.map((name) => [name, 'string' as const]));

const CAUSE: Struct = { goType: 'v1.StatusCause', fields: texts('reason', 'message', 'field') };

const STATUS: Struct = {
  goType: 'v1.Status',
  fields: {
    ...texts('kind', 'apiVersion', 'status', 'message', 'reason'),
    code: 'int32',
    metadata: { goType: 'v1.ListMeta', fields: texts('selfLink', 'resourceVersion', 'continue') },
    details: {
      goType: 'v1.StatusDetails',
      fields: { ...texts('name', 'group', 'kind', 'uid'), retryAfterSeconds: 'int32', causes: ['list', CAUSE] },
    },
  },
};

/** admission.k8s.io/v1 and v1beta1 AdmissionReview, as far as an answer fills it. */
const REVIEW: Struct = {
  goType: 'v1.AdmissionReview',
  fields: {
    ...texts('kind', 'apiVersion'),
    response: {
      goType: 'v1.AdmissionResponse',
      fields: {
        ...texts('uid', 'patchType'),
        allowed: 'bool',
        patch: 'bytes',
        status: STATUS,
        warnings: ['list', 'string'],
        auditAnnotations: ['map'],
      },
    },
  },
};

/** apiextensions.k8s.io/v1 and v1beta1 ConversionReview, as far as an answer fills it. */
const CONVERSION_REVIEW: Struct = {
  goType: 'v1.ConversionReview',
  fields: {
    ...texts('kind', 'apiVersion'),
    response: {
      goType: 'v1.ConversionResponse',
      fields: { ...texts('uid'), convertedObjects: ['list', 'runtime.RawExtension'], result: STATUS },
    },
  },
};

/**
 * Holds a webhook's answer to the types that a review has.
 * @throws Error in the words of Go's decoder
 */
export function checkReviewFields(answer: unknown): void {
  check(answer, REVIEW, 'AdmissionReview', '');
}

/** @throws Error likewise */
export function checkConversionFields(answer: unknown): void {
  check(answer, CONVERSION_REVIEW, 'ConversionReview', '');
}

const MOST = 2 ** 31;

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? `number ${value}` : typeof value;
};

const goTypeOf = (shape: Shape): string => {
  if (typeof shape === 'string') return shape === 'bytes' ? '[]uint8' : shape;
  if ('goType' in shape) return shape.goType;
  return shape[0] === 'map' ? 'map[string]string' : `[]${goTypeOf(shape[1])}`;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function check(value: unknown, shape: Shape, owner: string, path: string): void {
  if (value === undefined || value === null) return;
  if (!isOf(value, shape)) {
    const kind = kindOf(value);
    const shown = kind.startsWith('number') && shape !== 'int32' ? 'number' : kind;
    const place = path ? `Go struct field ${owner}.${path}` : 'Go value';
    throw new Error(`json: cannot unmarshal ${shown} into ${place} of type ${goTypeOf(shape)}`);
  }
  if (shape === 'bytes') checkBase64(value as string);
  if (typeof shape === 'string') return;
  if ('goType' in shape) {
    for (const [name, inner] of Object.entries(shape.fields)) {
      const below = (value as Record<string, unknown>)[name];
      check(below, inner, shape.goType.slice(shape.goType.indexOf('.') + 1), path ? `${path}.${name}` : name);
    }
    return;
  }
  const items = Object.values(value as object);
  const of = shape[0] === 'map' ? 'string' : shape[1];
  for (const item of items) check(item, of, owner, path);
}

function isOf(value: unknown, shape: Shape): boolean {
  if (shape === 'runtime.RawExtension') return true;
  if (shape === 'bool') return typeof value === 'boolean';
  if (shape === 'int32') return Number.isInteger(value) && (value as number) < MOST && (value as number) >= -MOST;
  if (typeof shape === 'string') return typeof value === 'string';
  return 'goType' in shape || shape[0] === 'map' ? isObject(value) : Array.isArray(value);
}

/** Line ends are passed over; the place is that of the first character that cannot be (encoding/base64). */
function checkBase64(text: string): void {
  const bare = text.replace(/[\r\n]/g, '');
  const wrong = bare.search(/[^A-Za-z0-9+/]/);
  const rest = wrong < 0 ? '' : bare.slice(wrong);
  if (bare.length % 4 === 0 && (rest === '' || rest === '=' || rest === '==')) return;
  throw new Error(`illegal base64 data at input byte ${rest === '' || /^=+$/.test(rest) ? bare.length : wrong}`);
}

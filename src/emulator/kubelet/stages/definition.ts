import type { KubeObject } from '../../../api/meta.ts';

/** How the storage calls kwok's stages. */
export const STAGES = 'stages.kwok.x-k8s.io';

export const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

const text = { type: 'string' } as const;
const object = (properties: Record<string, unknown>, required?: string[]) => ({
  type: 'object',
  ...(required ? { required } : {}),
  properties,
});
const list = (items: unknown) => ({ type: 'array', items });
const mapOfText = { type: 'object', additionalProperties: text };
const milliseconds = { type: 'integer', format: 'int64', minimum: 0 };
const valueFrom = object({
  cel: object({ expression: text }),
  jq: object({ expression: text }),
  expressionFrom: text,
});
const as = object({ username: text }, ['username']);
const event = object({ type: text, reason: text, message: text });
const finalizer = list(object({ value: text }));
const finalizers = object({ add: finalizer, remove: finalizer, empty: { type: 'boolean' } });
const template = (types: string[]) => ({
  subresource: text,
  template: text,
  type: { ...text, enum: types },
  impersonation: as,
});
const patch = object({ root: text, ...template(['json', 'merge', 'strategic']) });
const ends = { event, finalizers, delete: { type: 'boolean' } };
const requirement = { key: text, operator: text, values: list(text) };

const spec = object(
  {
    resourceRef: object({ apiGroup: { ...text, default: 'v1' }, kind: text }, ['kind']),
    selector: object({
      matchLabels: mapOfText,
      matchAnnotations: mapOfText,
      matchExpressions: list(object({ cel: object({ expression: text }), jq: object(requirement), ...requirement })),
    }),
    weight: { type: 'integer', minimum: 0, default: 0 },
    weightFrom: valueFrom,
    delay: object({
      durationMilliseconds: milliseconds,
      durationFrom: valueFrom,
      jitterDurationMilliseconds: milliseconds,
      jitterDurationFrom: valueFrom,
    }),
    next: object({
      ...ends,
      patches: list(patch),
      statusTemplate: text,
      statusSubresource: { ...text, default: 'status' },
      statusPatchAs: as,
    }),
    immediateNextStage: { type: 'boolean' },
    steps: list(object({ ...ends, patch, apply: object(template(['apply', 'merge', 'strategic'])) })),
  },
  ['resourceRef'],
);

const condition = object(
  {
    type: text,
    status: { ...text, enum: ['True', 'False', 'Unknown'] },
    reason: text,
    message: text,
    lastTransitionTime: { ...text, format: 'date-time' },
  },
  ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
);
const conditions = { ...list(condition), 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] };

/** The fields of kwok.x-k8s.io/v1alpha1 Stage as kwok 0.8 defines them, so that its YAML is accepted as it is. */
export const stageDefinition: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: STAGES },
  spec: {
    group: 'kwok.x-k8s.io',
    names: { kind: 'Stage', listKind: 'StageList', plural: 'stages', singular: 'stage' },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            ...object(
              { apiVersion: text, kind: text, metadata: { type: 'object' }, spec, status: object({ conditions }) },
              ['spec'],
            ),
            description: 'Stage says what becomes of the objects that it selects, and when.',
          },
        },
      },
    ],
  },
};

import { deleting, deletingMany, patching, selecting, writing } from './parameters.ts';
import type { OpenApiSchema } from './schema.ts';
import type { SchemaSet } from './schemas.ts';

/** What the paths of one resource (or subresource) read and write. */
export interface Target {
  gvk: { group: string; version: string; kind: string };
  /** What the ids of its operations have in common: `AppsV1` and `Deployment`. */
  id: { prefix: string; kind: string };
  tag: string;
  object: OpenApiSchema;
  list?: OpenApiSchema;
  /** DELETE answers with the object instead of a Status. */
  deleteReturnsObject: boolean;
  /** Merge keys and a protobuf form are known for built-in kinds alone. */
  isCustom: boolean;
}

interface Facts {
  method: string;
  action: string;
  /** Of the operation's id. */
  word: string;
  parameters: readonly OpenApiSchema[];
  body?: 'object' | 'patch' | 'delete';
  answers: readonly number[];
}

/** How each verb shows in the document. */
const facts: Readonly<Record<string, Facts>> = {
  list: { method: 'get', action: 'list', word: 'list', parameters: selecting, answers: [200] },
  create: {
    method: 'post',
    action: 'post',
    word: 'create',
    parameters: writing,
    body: 'object',
    answers: [200, 201, 202],
  },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    word: 'delete',
    parameters: deletingMany,
    body: 'delete',
    answers: [200],
  },
  get: { method: 'get', action: 'get', word: 'read', parameters: [], answers: [200] },
  update: { method: 'put', action: 'put', word: 'replace', parameters: writing, body: 'object', answers: [200, 201] },
  patch: { method: 'patch', action: 'patch', word: 'patch', parameters: patching, body: 'patch', answers: [200, 201] },
  delete: {
    method: 'delete',
    action: 'delete',
    word: 'delete',
    parameters: deleting,
    body: 'delete',
    answers: [200, 202],
  },
};

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const patchTypes = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];
const strategicType = 'application/strategic-merge-patch+json';
const reasons: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

export const content = (types: readonly string[], schema: OpenApiSchema): OpenApiSchema =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

const unauthorized = { description: 'Unauthorized' };

/** Answers with one content under each of the codes, and the 401 that every request may get. */
export function answersWith(codes: readonly number[], body: OpenApiSchema): OpenApiSchema {
  const answers = codes.map((code) => [code, { description: reasons[code]!, content: body }]);
  return { ...Object.fromEntries(answers), 401: unauthorized };
}

function bodyOf(kind: 'object' | 'patch' | 'delete', target: Target, schemas: SchemaSet): OpenApiSchema {
  if (kind === 'object') return { content: content(['*/*'], target.object), required: true };
  if (kind === 'delete') return { content: content(['*/*'], schemas.type('meta/v1.DeleteOptions')) };
  const types = target.isCustom ? patchTypes : [...patchTypes, strategicType];
  return { content: content(types, schemas.patch()), required: true };
}

function answerOf(verb: string, target: Target, schemas: SchemaSet): OpenApiSchema {
  if (verb === 'list') return target.list ?? target.object;
  if (verb === 'deletecollection' || (verb === 'delete' && !target.deleteReturnsObject)) {
    return schemas.type('meta/v1.Status');
  }
  return target.object;
}

function answerTypes(verb: string, { isCustom }: Target): string[] {
  const plain = ['application/json', 'application/yaml', ...(isCustom ? [] : [PROTOBUF])];
  if (verb !== 'list') return plain;
  return [...plain, 'application/json;stream=watch', ...(isCustom ? [] : [`${PROTOBUF};stream=watch`])];
}

/** The HTTP method of a verb and the operation that describes it; `scope` and `suffix` go into its id. */
export function operationOf(
  verb: string,
  target: Target,
  schemas: SchemaSet,
  { scope = '', suffix = '' } = {},
): [method: string, operation: OpenApiSchema] {
  const { method, action, word, parameters, body, answers } = facts[verb]!;
  const { prefix, kind } = target.id;
  const many = verb === 'deletecollection' ? 'Collection' : '';
  const operation = {
    tags: [target.tag],
    operationId: `${word}${prefix}${many}${scope}${kind}${suffix}`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: bodyOf(body, target, schemas) } : {}),
    responses: answersWith(answers, content(answerTypes(verb, target), answerOf(verb, target, schemas))),
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': target.gvk,
  };
  return [method, operation];
}

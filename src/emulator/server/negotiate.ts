import { ApiStatusError } from '../../api/status.ts';
import { failure } from '../errors.ts';

/** How an object or a list is to be shown. */
export interface Shape {
  as: 'object' | 'table' | 'metadata';
  /** `v1` or `v1beta1` of meta.k8s.io, for tables and metadata. */
  version: string;
  /** Of the answer. */
  contentType: string;
}

interface AcceptClause {
  type: string;
  parameters: Record<string, string>;
}

/** Kinds of transformation a client may ask for with `as=`. */
const TRANSFORMS: Readonly<Record<string, Shape['as']>> = {
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata',
};

/** The clauses of an Accept header in the order of the client's preference. */
export function parseAccept(header: string | undefined): AcceptClause[] {
  return (header || '*/*')
    .split(',')
    .map((clause) => {
      const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
      const parameters = Object.fromEntries(
        rest.map((part) => {
          const equals = part.indexOf('=');
          return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
        }),
      );
      return { type, parameters };
    })
    .sort((a, b) => Number(b.parameters.q ?? 1) - Number(a.parameters.q ?? 1));
}

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const JSON_TYPES = new Set(['application/json', '*/*', 'application/*', 'text/*', 'application/yaml']);

/**
 * Picks the form of the answer.
 * @param protobuf true where the objects have a protobuf form, as built-in kinds do; metadata has one always, a table never
 * @throws ApiStatusError 406 when nothing that is accepted can be given
 */
export function negotiate(accept: string | undefined, protobuf = false): Shape {
  for (const { type, parameters } of parseAccept(accept)) {
    const asProtobuf = type === PROTOBUF;
    if (!asProtobuf && (!JSON_TYPES.has(type) || type === 'text/*')) continue;
    const contentType = asProtobuf ? PROTOBUF : 'application/json';
    const as = parameters.as;
    if (!as) {
      if (asProtobuf && !protobuf) continue;
      return { as: 'object', version: 'v1', contentType };
    }
    const transform = TRANSFORMS[as];
    const version = parameters.v ?? 'v1';
    if (!transform || parameters.g !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue;
    if (asProtobuf && transform === 'table') continue;
    return { as: transform, version, contentType };
  }
  throw new ApiStatusError(failure(406, 'NotAcceptable', '406: Not Acceptable', {}));
}

/** True where a client takes protobuf before JSON for what is never a table: statuses, reviews, scales. */
export function prefersProtobuf(accept: string | undefined): boolean {
  if (!accept?.includes(PROTOBUF)) return false;
  return parseAccept(accept).find(({ type }) => type === PROTOBUF || JSON_TYPES.has(type))?.type === PROTOBUF;
}

/** True where one of the tags that a client has is `etag`; weak tags compare as strong ones do. */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

import type { IncomingMessage } from 'node:http';
import { ApiStatusError } from '../../api/status.ts';
import { failure } from '../errors.ts';
import { isPretty } from './pretty.ts';

/** How an object or a list is to be shown. */
export interface Shape {
  as: 'object' | 'table' | 'metadata';
  /** `v1` or `v1beta1` of meta.k8s.io, for tables and metadata. */
  version: string;
  /** Of the answer. */
  contentType: string;
  /** True where JSON is for people: over many lines. */
  pretty: boolean;
}

interface AcceptClause {
  type: string;
  parameters: Record<string, string>;
}

export const JSON_TYPE = 'application/json';
export const YAML = 'application/yaml';
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** What objects can be sent as, the first to who does not mind. */
export const MEDIA_TYPES = [JSON_TYPE, YAML, PROTOBUF];
/** What events can be sent as. */
const STREAM_TYPES = [JSON_TYPE, PROTOBUF];

/** Kinds of transformation a client may ask for with `as=`. */
const TRANSFORMS: Readonly<Record<string, Shape['as']>> = {
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata',
};

/** What is asked for by name comes before what is asked for by a wildcard of the same worth. */
const wildcards = (type: string): number => (type.startsWith('*/') ? 2 : type.endsWith('/*') ? 1 : 0);

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
    .sort((a, b) => Number(b.parameters.q ?? 1) - Number(a.parameters.q ?? 1) || wildcards(a.type) - wildcards(b.type));
}

const matches = (clause: string, type: string): boolean =>
  clause === type || clause === '*/*' || (clause.endsWith('/*') && type.startsWith(clause.slice(0, -1)));

/** What `as`, `g` and `v` of a clause ask for; undefined where they ask for nothing. */
function conversionOf({ as, g, v }: AcceptClause['parameters']) {
  if (as === undefined && g === undefined && v === undefined) return undefined;
  return { kind: as ?? '', group: g ?? '', version: v ?? '' };
}

export type Conversion = ReturnType<typeof conversionOf>;

/** A media type and what else its clause says. */
export interface MediaChoice {
  type: string;
  parameters: AcceptClause['parameters'];
}

/** The media type of the first clause that `allows` what it asks for (apiserver, negotiation/negotiate.go). */
export function chooseMedia(
  accept: string | undefined,
  allows: (type: string, conversion: Conversion) => boolean,
): MediaChoice | undefined {
  for (const { type: clause, parameters } of parseAccept(accept)) {
    const { stream, sv } = parameters;
    if ((stream && stream !== 'watch') || (sv && sv !== 'v1')) continue;
    const type = MEDIA_TYPES.find(
      (one) =>
        matches(clause, one) && !(stream && !STREAM_TYPES.includes(one)) && allows(one, conversionOf(parameters)),
    );
    if (type) return { type, parameters };
  }
  return undefined;
}

export function notAcceptable(types: readonly string[] = MEDIA_TYPES): ApiStatusError {
  const message = `only the following media types are accepted: ${types.join(', ')}`;
  return new ApiStatusError(failure(406, 'NotAcceptable', message));
}

const META_VERSIONS = new Set(['v1', 'v1beta1']);

/** What is asked about. */
export interface Negotiated {
  /** True where the objects have a protobuf form, as built-in kinds do; metadata has one always, a table never. */
  protobuf?: boolean;
  /** What the answer is, for messages, as Go names its type: `*core.Pod`. */
  goType?: string;
  form?: 'object' | 'list' | 'watch';
}

/**
 * Picks the form of the answer.
 * @throws ApiStatusError 406 when nothing that is accepted can be given
 */
export function negotiate(request: IncomingMessage, { protobuf, goType = '', form }: Negotiated): Shape {
  const choice = chooseMedia(request.headers.accept, (type, conversion) => {
    if (!conversion) return type !== PROTOBUF || protobuf === true;
    const { kind, group, version } = conversion;
    const transform = TRANSFORMS[kind];
    if (!transform || group !== 'meta.k8s.io' || !META_VERSIONS.has(version)) return false;
    return transform === 'metadata' || type !== PROTOBUF;
  });
  if (!choice) throw notAcceptable();
  if (form === 'watch' && !STREAM_TYPES.includes(choice.type)) {
    throw notAcceptable(STREAM_TYPES.map((type) => `${type};stream=watch`));
  }
  const { as = '', v = 'v1' } = choice.parameters;
  const isList = form === 'list';
  if (goType && TRANSFORMS[as] === 'metadata' && isList !== as.endsWith('List')) {
    const message = `you requested ${as}, but the requested object is ${isList ? '' : 'not '}a list (${goType})`;
    throw new ApiStatusError(failure(406, 'NotAcceptable', message));
  }
  return {
    as: TRANSFORMS[as] ?? 'object',
    version: v,
    contentType: choice.type,
    pretty: choice.type === JSON_TYPE && (choice.parameters.pretty === '1' || isPretty(request)),
  };
}

/** What is never a table: statuses, reviews, scales. Undefined where the client takes none of what there is. */
export function plainType(accept: string | undefined): string | undefined {
  return chooseMedia(accept, (_type, conversion) => !conversion)?.type;
}

/** True where one of the tags that a client has is `etag`; weak tags compare as strong ones do. */
export function isCurrent(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

import type { IncomingMessage } from 'node:http';
import { duplicateFields } from '../../api/duplicate-fields.ts';
import { ApiStatusError } from '../../api/status.ts';
import { goJsonError } from '../../lib/go-json-error.ts';
import { isDeeperThan } from '../../lib/json-depth.ts';
import { failure, unsupportedMediaType } from '../errors.ts';
import { restartGuard } from './durability.ts';
import { PROTOBUF } from './negotiate.ts';
import { unrecognized } from './unrecognized.ts';

/** As the real server (3 MiB of JSON after decoding). */
const MAX_BYTES = 3 * 1024 * 1024;

const ACCEPTED = `application/json, application/yaml, ${PROTOBUF}`;

/** The whole body. @throws ApiStatusError 413 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      request.resume();
      throw new ApiStatusError(
        failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BYTES}`),
      );
    }
    chunks.push(chunk);
  }
  restartGuard(request);
  return Buffer.concat(chunks);
}

export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase();
}

/**
 * A body that holds one object, in JSON, YAML or protobuf.
 * @param kind what the path says it must be; for messages
 * @param apiVersion of that kind, where a body in protobuf need not say it
 * @param duplicates gets the paths of fields that the text gives more than once
 * @throws ApiStatusError 400 (unreadable), 415 (another format)
 */
export async function readObject(
  request: IncomingMessage,
  kind: string,
  apiVersion?: string,
  duplicates?: string[],
): Promise<Record<string, unknown>> {
  const type = mediaType(request);
  if (type === PROTOBUF) {
    const { readProtobuf } = await import('./protobuf.ts');
    return readProtobuf(await readBody(request), { kind, ...(apiVersion ? { apiVersion } : {}) });
  }
  if (type !== 'application/json' && type !== 'application/yaml') throw unsupportedMediaType(ACCEPTED);
  const text = (await readBody(request)).toString();
  const value = type === 'application/json' ? parseJson(text, kind) : await parseYaml(text, kind);
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw unrecognized(kind, noType(goMismatch(value, TYPE_META)), text);
  // YAML keeps the last value and is not searched.
  duplicates?.push(...(type === 'application/json' ? duplicateFields(text) : (repeatedFields(text) ?? [])));
  return value as Record<string, unknown>;
}

/** Paths of fields that a text gives more than once; undefined where it is not JSON (YAML may begin with a brace, too). */
export function repeatedFields(text: string): string[] | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return duplicateFields(text);
}

/** Go's decoder gives up at 10,000; what works on the value here calls itself several times a level. */
export const MAX_DEPTH = 1000;

function parseJson(text: string, kind: string): unknown {
  if (isDeeperThan(text, MAX_DEPTH)) throw unrecognized(kind, noType('exceeded max depth'), text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unrecognized(kind, noType(goJsonError(text) ?? (error as Error).message), text);
  }
}

export async function parseYaml(text: string, kind: string): Promise<unknown> {
  const { parseFirstYamlDocument } = await import('../../lib/yaml.ts');
  try {
    return parseFirstYamlDocument(text, 'the request');
  } catch (error) {
    throw unrecognized(kind, goYamlError(error), text);
  }
}

const noType = (why: string): string => `couldn't get version/kind; json parse error: ${why}`;

/** `yaml: line 1: ...`, without what the reader of files puts before it. */
export const goYamlError = (error: unknown): string =>
  (error as Error).message.replace(/^.*?error converting YAML to JSON: /s, '');

/** Go's type that is asked only what the document is. */
const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

const goName = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

/** What encoding/json says of a document of another form. */
export const goMismatch = (value: unknown, goType: string): string =>
  `json: cannot unmarshal ${goName(value)} into Go value of type ${goType}`;

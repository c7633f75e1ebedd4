import { isDeeperThan } from '../../lib/json-depth.ts';
import { answerFailure, WebhookCallError } from './failures.ts';

/** What came back from a webhook. */
export interface WebhookAnswer {
  status: number;
  /** `Content-Type`; empty where there was none. */
  type: string;
  location?: string | undefined;
  text: string;
}

/** As deep as objects of requests may be. */
export const MAX_DEPTH = 1000;

/**
 * What an answer says; text that does not begin as a JSON object is read as YAML, which a server's
 * decoder tries next (apimachinery, serializer/recognizer).
 * @throws WebhookCallError for what is no good answer
 */
export async function readAnswer({ status, type, text }: WebhookAnswer): Promise<unknown> {
  if (status < 200 || status > 206) {
    // Only what calls itself text is shown (client-go, rest/request.go).
    const said = type === '' || type.startsWith('text/') ? text.trim() : '';
    throw new WebhookCallError(statusMessage(text) ?? answerFailure(status, said || 'unknown'));
  }
  if (text === '') {
    throw new WebhookCallError(`0-length response with status code: ${status} and content type: ${type}`);
  }
  if (isDeeperThan(text, MAX_DEPTH)) throw unparsed('exceeded max depth');
  const value = text.trimStart().startsWith('{') ? fromJson(text) : await fromYaml(text);
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
    throw unparsed(`json: cannot unmarshal ${goKind(value)} into Go value of type ${VERSION_AND_KIND}`);
  }
  return value;
}

const VERSION_AND_KIND =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

const unparsed = (why: string) => new WebhookCallError(`couldn't get version/kind; json parse error: ${why}`);

const goKind = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unparsed(jsonFault(text));
  }
}

async function fromYaml(text: string): Promise<unknown> {
  const { parseFirstYamlDocument } = await import('../../lib/yaml.ts');
  try {
    return parseFirstYamlDocument(text, 'the answer') ?? null;
  } catch (error) {
    throw new WebhookCallError(`yaml: ${(error as Error).message}`);
  }
}

/** A server that fails with a Status of its own speaks for itself. */
function statusMessage(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { kind?: string; status?: string; message?: string };
    return body.kind === 'Status' && body.status !== 'Success' ? body.message : undefined;
  } catch {
    return undefined;
  }
}

/** As encoding/json says it, of the first character that cannot be. */
export function jsonFault(text: string): string {
  const first = text.trimStart()[0];
  if (first === undefined) return 'unexpected end of JSON input';
  return /[[{"\d\-tfn]/.test(first)
    ? 'unexpected end of JSON input'
    : `invalid character '${first}' looking for beginning of value`;
}

/** `{apiVersion, kind}` of an answer, as it is told which type is meant. */
interface TypeOfAnswer {
  apiVersion?: unknown;
  kind?: unknown;
}

/**
 * Whether an answer can be read as a review: what says nothing of its type counts as one.
 * @param expected `admission.k8s.io/v1`, `AdmissionReview`
 * @throws Error in the words of a server's scheme
 */
export function checkType(answer: unknown, expected: { apiVersion: string; kind: string }): void {
  const given = (answer ?? {}) as TypeOfAnswer;
  const apiVersion = typeof given.apiVersion === 'string' && given.apiVersion ? given.apiVersion : expected.apiVersion;
  const kind = typeof given.kind === 'string' && given.kind ? given.kind : expected.kind;
  if (apiVersion === expected.apiVersion && kind === expected.kind) return;
  const [group] = expected.apiVersion.split('/');
  const known = [`${group}/v1 ${expected.kind}`, `${group}/v1beta1 ${expected.kind}`, 'v1 Status'];
  if (!known.includes(`${apiVersion} ${kind}`)) {
    throw new Error(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const version = (one: string) => one.slice(one.indexOf('/') + 1);
  throw new Error(
    `converting (${version(apiVersion)}.${kind}) to (${version(expected.apiVersion)}.${expected.kind}): unknown conversion`,
  );
}

/** `admission.k8s.io/v1, Kind=AdmissionReview`; `/, Kind=` of what says nothing. */
export function typeText(apiVersion: unknown, kind: unknown): string {
  const text = String(apiVersion ?? '');
  return `${text.includes('/') ? text : `/${text}`}, Kind=${kind ?? ''}`;
}

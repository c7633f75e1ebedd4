import type { Causes } from './causes.ts';
import { between, checkRequired, type Fields } from './checks.ts';
import { goQuote } from './go-text.ts';
import { dnsSubdomain } from './names.ts';

/** Where webhooks are: a URL or a service. Source: k8s.io/apiserver, pkg/util/webhook/validation.go. */

interface UrlParts {
  scheme: string;
  user: string | undefined;
  host: string;
  query: string;
  fragment: string;
}

const controls = /[\u0000-\u001f\u007f]/;

/** A URL in its parts, as Go's net/url sees them, or why it is none. */
function partsOf(text: string): UrlParts | string {
  if (controls.test(text)) return 'net/url: invalid control character in URL';
  const hash = text.indexOf('#');
  const [before, fragment] = hash < 0 ? [text, ''] : [text.slice(0, hash), text.slice(hash + 1)];
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(before)?.[1] ?? '';
  if (before.startsWith(':')) return 'missing protocol scheme';
  const rest = scheme ? before.slice(scheme.length + 1) : before;
  const mark = rest.indexOf('?');
  const [path, query] = mark < 0 ? [rest, ''] : [rest.slice(0, mark), rest.slice(mark + 1)];
  if (!scheme && path.split('/')[0]!.includes(':')) return 'first path segment in URL cannot contain colon';
  const odd = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(path);
  if (odd) return `invalid URL escape ${goQuote(odd[0])}`;
  if (!path.startsWith('//')) return { scheme: scheme.toLowerCase(), user: undefined, host: '', query, fragment };
  const authority = path.slice(2).split('/')[0]!;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const port = /:([^:\]]*)$/.exec(host)?.[1] ?? '';
  if (!/^\d*$/.test(port)) return `invalid port ${goQuote(`:${port}`)} after host`;
  const wrong = /[ "<>\\^`{|}]/.exec(host);
  if (wrong) return `invalid character ${goQuote(wrong[0])} in host name`;
  return { scheme: scheme.toLowerCase(), user: at < 0 ? undefined : authority.slice(0, at), host, query, fragment };
}

const form = '; desired format: https://host[/path]';

export function checkWebhookUrl(causes: Causes, path: string, text: string): void {
  const parts = partsOf(text);
  if (typeof parts === 'string') {
    causes.required(path, `url must be a valid URL: parse ${goQuote(text)}: ${parts}${form}`);
    return;
  }
  const { scheme, user, host, query, fragment } = parts;
  if (scheme !== 'https') causes.invalid(path, scheme, `'https' is the only allowed URL scheme${form}`);
  if (host === '') causes.invalid(path, host, `host must be specified${form}`);
  if (user !== undefined) causes.invalid(path, user, 'user information is not permitted in the URL');
  if (fragment !== '') causes.invalid(path, fragment, 'fragments are not permitted in the URL');
  if (query !== '') causes.invalid(path, query, 'query parameters are not permitted in the URL');
}

/** The port of a service that speaks for somebody else. */
export function checkServicePort(causes: Causes, path: string, port: unknown): void {
  const number = typeof port === 'number' ? port : 0;
  if (number < 1 || number > 65535) causes.invalid(path, number, `port is not valid: ${between(1, 65535)}`);
}

export function checkWebhookService(causes: Causes, at: string, service: Fields): void {
  // A server mixes the two up.
  checkRequired(causes, `${at}.name`, service.namespace);
  checkRequired(causes, `${at}.namespace`, service.name);
  checkServicePort(causes, `${at}.port`, service.port);
  if (service.path !== undefined) checkServicePath(causes, `${at}.path`, String(service.path));
}

function checkServicePath(causes: Causes, path: string, text: string): void {
  if (text === '' || text === '/') return;
  if (text === '//') {
    causes.invalid(path, text, 'segment[0] may not be empty');
    return;
  }
  if (!text.startsWith('/')) causes.invalid(path, text, "must start with a '/'");
  for (const [index, step] of text.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (step === '') causes.invalid(path, text, `segment[${index}] may not be empty`);
    else for (const why of dnsSubdomain(step)) causes.invalid(path, text, `segment[${index}]: ${why}`);
  }
}

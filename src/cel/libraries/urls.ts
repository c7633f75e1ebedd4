import { CelEvaluationError } from '../errors.ts';
import { Library } from '../functions.ts';
import { type CelValue, codePoints, MapValue, Opaque } from '../values.ts';
import { traversal } from './costs.ts';
import { parseRequestUri } from './request-uri.ts';

/** k8s.io/apiserver, pkg/cel/library/urls.go. */
export const urls = new Library();

class UrlValue extends Opaque {
  readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(text: string) {
    super();
    const [, scheme = '', authority = '', path = '', query = ''] =
      /^(?:([a-zA-Z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/.exec(text) ?? [];
    this.text = text;
    this.scheme = scheme.toLowerCase();
    this.host = authority.slice(authority.lastIndexOf('@') + 1);
    this.path = path;
    this.query = query;
  }

  get hostname(): string {
    return this.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  }

  get port(): string {
    return /:(\d+)$/.exec(this.host)?.[1] ?? '';
  }

  equals(other: CelValue): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }

  override size(): number {
    return codePoints(this.text);
  }
}

function parse(text: string): UrlValue {
  const problem = parseRequestUri(text);
  if (problem) throw new CelEvaluationError(`URL parse error during conversion from string: ${problem}`);
  return new UrlValue(text);
}

/** Go's EscapedPath: what may not stand in a path is encoded. */
const escapedPath = ({ path }: UrlValue): string =>
  path.replace(/%(?![0-9a-fA-F]{2})|[^\w\-.~!$&'()*+,;=:@/%[\]]/gu, (char) => encodeURIComponent(char));

function query({ query: text }: UrlValue): CelValue {
  const found = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) found.set(key, [...(found.get(key) ?? []), value]);
  return MapValue.of(found);
}

urls
  .global('url', 'string', 'kubernetes.URL', parse, traversal())
  .global('isURL', 'string', 'bool', (text: string) => parseRequestUri(text) === undefined)
  .member('getScheme', 'kubernetes.URL', 'string', ({ scheme }: UrlValue) => scheme)
  .member('getHost', 'kubernetes.URL', 'string', ({ host }: UrlValue) => host)
  .member('getHostname', 'kubernetes.URL', 'string', ({ hostname }: UrlValue) => hostname)
  .member('getPort', 'kubernetes.URL', 'string', ({ port }: UrlValue) => port)
  .member('getEscapedPath', 'kubernetes.URL', 'string', escapedPath)
  .member('getQuery', 'kubernetes.URL', 'map(string, list(string))', query);

import { posix } from 'node:path';

/** Where a backend's pages are, as clients of the proxy see them. */
export interface ProxyPlace {
  /** The path of the proxy, which stands before the backend's own. */
  prefix: string;
  /** The backend's `host:port`. */
  host: string;
  /** The Host header of the request. */
  requestHost: string;
}

/** scheme, host, path, query with fragment. */
const URL_PARTS = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is;

/**
 * A URL of the backend's own, so that it leads through the proxy; any other is left as it is
 * (apimachinery, pkg/util/proxy/transport.go).
 */
export function rewriteUrl(url: string, { prefix, host, requestHost }: ProxyPlace): string {
  const [, scheme = '', named = '', path = '', rest = ''] = URL_PARTS.exec(url) ?? [];
  if (scheme && !/^https?$/i.test(scheme)) return url;
  if ((named && named !== host && named !== requestHost) || !path.startsWith('/')) return url;
  const front = named && named === requestHost ? `${scheme ? `${scheme}:` : ''}//${named}` : '';
  if (path.startsWith(prefix)) return front + path + rest;
  const joined = posix.join(prefix, path);
  return front + joined + (path.endsWith('/') && !joined.endsWith('/') ? '/' : '') + rest;
}

/** Which attributes of which elements are URLs. */
const urlAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** Elements whose content is text up to their end tag. */
const TEXT_ONLY = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes', 'noscript']);
const TAG = /<!--[\s\S]*?(?:-->|$)|<([a-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const ATTRIBUTE = /([^\s=/>"']+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g;

/** A page in which the links to the backend lead through the proxy. Everything else stays, byte for byte. */
export function rewriteHtml(html: string, place: ProxyPlace): string {
  const out: string[] = [];
  let at = 0;
  TAG.lastIndex = 0;
  for (let found = TAG.exec(html); found; found = TAG.exec(html)) {
    const [whole, tag, attributes = ''] = found;
    if (!tag) continue;
    const name = tag.toLowerCase();
    const urls = urlAttributes[name];
    if (urls) {
      const start = found.index + 1 + tag.length;
      out.push(html.slice(at, start), attributes.replace(ATTRIBUTE, rewriteAttribute(urls, place)));
      at = start + attributes.length;
    }
    if (TEXT_ONLY.has(name) && !whole.endsWith('/>')) TAG.lastIndex = endOfText(html, name, TAG.lastIndex);
  }
  out.push(html.slice(at));
  return out.join('');
}

function rewriteAttribute(urls: readonly string[], place: ProxyPlace) {
  return (whole: string, name: string, equals: string, quoted: string): string => {
    if (!urls.includes(name.toLowerCase())) return whole;
    const quote = /^["']/.exec(quoted)?.[0] ?? '';
    const value = quote ? quoted.slice(1, -1) : quoted;
    const url = rewriteUrl(value, place);
    if (url === value) return whole;
    return `${name}${equals}${quote || '"'}${url}${quote || '"'}`;
  };
}

function endOfText(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}[\\s/>]`, 'gi');
  end.lastIndex = from;
  return end.exec(html)?.index ?? html.length;
}

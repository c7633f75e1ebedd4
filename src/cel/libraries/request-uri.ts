/**
 * What Go's url.ParseRequestURI says against `text`; undefined for what it takes: absolute URIs and
 * absolute paths.
 */
export function parseRequestUri(text: string): string | undefined {
  const problem = problemOf(text);
  return problem && `parse ${JSON.stringify(text)}: ${problem}`;
}

function problemOf(text: string): string | undefined {
  if (/[\x00-\x1f\x7f]/.test(text)) return 'net/url: invalid control character in URL';
  if (text === '') return 'empty url';
  if (text === '*') return undefined;
  const scheme = /^([a-zA-Z][\w+.-]*):/.exec(text)?.[1];
  if (text.startsWith(':')) return 'missing protocol scheme';
  const rest = scheme === undefined ? text : text.slice(scheme.length + 1);
  if (!rest.startsWith('/')) return scheme === undefined ? 'invalid URI for request' : undefined;
  const authority = /^\/\/(?!\/)([^/?]*)/.exec(rest)?.[1] ?? '';
  const isAuthority = scheme !== undefined || !rest.startsWith('///');
  return (isAuthority ? authorityProblem(authority) : undefined) ?? escapeProblem(rest.slice(authority.length));
}

function authorityProblem(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host.startsWith('[')) {
    if (!host.includes(']')) return "missing ']' in host";
    return portProblem(host.slice(host.lastIndexOf(']') + 1));
  }
  const colon = host.lastIndexOf(':');
  const port = colon < 0 ? undefined : portProblem(host.slice(colon));
  if (port) return port;
  const wrong = /[ "<>\\^`{|}]/.exec(host)?.[0];
  return wrong === undefined ? escapeProblem(host) : `invalid character ${JSON.stringify(wrong)} in host name`;
}

const portProblem = (text: string): string | undefined =>
  text === '' || /^:\d*$/.test(text) ? undefined : `invalid port ${JSON.stringify(text)} after host`;

function escapeProblem(text: string): string | undefined {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text.split('?', 1)[0]!)?.[0];
  return wrong === undefined ? undefined : `invalid URL escape ${JSON.stringify(wrong)}`;
}

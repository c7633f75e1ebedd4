import { KctlError } from '../../lib/errors.ts';

/** Which requests may pass: each is a list of regular expressions with commas in between. */
export interface FilterSettings {
  acceptPaths: string;
  rejectPaths: string;
  acceptHosts: string;
  rejectMethods: string;
}

export const defaultFilter: FilterSettings = {
  acceptPaths: '^.*',
  rejectPaths: '^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach',
  acceptHosts: '^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$',
  rejectMethods: '^$',
};

export type Filter = (request: { method: string; path: string; host: string }) => boolean;

/** Rejections count first; then path and host must both be accepted. @throws KctlError for what is no expression */
export function makeFilter(settings: FilterSettings): Filter {
  const [acceptPath, rejectPath, acceptHost, rejectMethod] = [
    settings.acceptPaths,
    settings.rejectPaths,
    settings.acceptHosts,
    settings.rejectMethods,
  ].map(anyOf) as [Matcher, Matcher, Matcher, Matcher];
  return ({ method, path, host }) => {
    if (rejectPath(path) || rejectMethod(method)) return false;
    return acceptPath(path) && acceptHost(hostName(host));
  };
}

type Matcher = (text: string) => boolean;

function anyOf(list: string): Matcher {
  const expressions = list === '' ? [] : list.split(',').map(compile);
  return (text) => expressions.some((expression) => expression.test(text));
}

function compile(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new KctlError('usage', `Error compiling re: error parsing regexp: ${(cause as Error).message}`, {
      prefix: '',
      exitCode: 255,
      cause,
    });
  }
}

/** `localhost:8001` and `localhost` are the same host; an IPv6 address loses its brackets with its port, as Go has it. */
function hostName(header: string): string {
  const bracketed = /^\[([^\]]*)\]:\d*$/.exec(header);
  if (bracketed) return bracketed[1]!;
  return /^[^:]*:\d*$/.test(header) ? header.slice(0, header.indexOf(':')) : header;
}

import { posix } from 'node:path';

/** A repository and a folder in it, as `git` and kustomize name them. */
export interface RepoSpec {
  raw: string;
  /** What `git fetch` is given. */
  cloneUrl: string;
  /** The folder in the repository, '' for its root. */
  kustomizationPath: string;
  /** Branch, tag or commit; '' for HEAD. */
  ref: string;
  submodules: boolean;
  timeoutMs: number;
  /** The time as Go writes it, for messages. */
  timeout: string;
}

const SCHEMES = ['ssh://', 'https://', 'http://', 'file://'];
const USER = /^[a-zA-Z][a-zA-Z0-9-]*@/;
const GITHUB = /^github\.com[/:]/i;
const DEFAULT_TIMEOUT_MS = 27_000;

/** Reads a URL of a repository; undefined where the text is none, as with paths and URLs of files. */
export function parseRepoSpec(raw: string): RepoSpec | undefined {
  if (raw.startsWith('/') || /^[a-zA-Z]:[\\/]/.test(raw)) return undefined;
  const question = raw.indexOf('?');
  const address = question < 0 ? raw : raw.slice(0, question);
  const host = splitHost(address.replace(/^git::/i, ''));
  if (!host) return undefined;
  const parts = splitRepository(host.rest, host.host.startsWith('file://'));
  if (!parts || parts.repository === '' || leavesRepository(parts.folder)) return undefined;
  return {
    raw,
    cloneUrl: host.host + parts.repository,
    kustomizationPath: parts.folder.replace(/^\//, ''),
    ...readQuery(question < 0 ? '' : raw.slice(question + 1)),
  };
}

function splitHost(address: string): { host: string; rest: string } | undefined {
  const scheme = SCHEMES.find((each) => address.toLowerCase().startsWith(each)) ?? '';
  const afterScheme = address.slice(scheme.length);
  const user = USER.exec(afterScheme)?.[0] ?? '';
  const place = afterScheme.slice(user.length);
  const isGithub = GITHUB.test(place);
  const mayBeScp = scheme === '' && (user !== '' || isGithub);
  if (scheme === '' && !mayBeScp) return undefined;
  if (scheme === 'file://') return { host: scheme, rest: user + place };
  const end = hostEnd(place, mayBeScp);
  if (isGithub) return { host: githubHost(scheme, user), rest: end < 0 ? '' : place.slice(end + 1) };
  const host = end < 0 ? place : place.slice(0, end + 1);
  return host === '' ? undefined : { host: scheme + user + host, rest: end < 0 ? '' : place.slice(end + 1) };
}

function hostEnd(place: string, mayBeScp: boolean): number {
  const slash = place.indexOf('/');
  const colon = place.indexOf(':');
  return mayBeScp && (slash < 0 || (colon > 0 && colon < slash)) ? colon : slash;
}

function githubHost(scheme: string, user: string): string {
  return scheme === 'ssh://' || user !== '' ? `${user}github.com:` : 'https://github.com/';
}

/** Where the repository ends: after `_git/NAME`, before `//`, after `.git`, else after two segments. */
function splitRepository(text: string, isFile: boolean): { repository: string; folder: string } | undefined {
  const git = text.indexOf('_git/');
  if (git >= 0) {
    const [name = '', ...rest] = text.slice(git + 5).split('/');
    return { repository: text.slice(0, git + 5) + name, folder: rest.join('/') };
  }
  const double = text.indexOf('//');
  if (double >= 0) return { repository: text.slice(0, double), folder: text.slice(double + 2) };
  const suffix = text.indexOf('.git');
  if (suffix >= 0) return { repository: text.slice(0, suffix + 4), folder: text.slice(suffix + 4) };
  if (isFile) return { repository: text, folder: '' };
  const segments = text.split('/');
  if (segments.length < 2) return undefined;
  return { repository: segments.slice(0, 2).join('/'), folder: segments.slice(2).join('/') };
}

function leavesRepository(folder: string): boolean {
  return posix.normalize(folder.replace(/^\//, '')).split('/')[0] === '..';
}

const DURATION = /^(?:\d+(?:\.\d+)?(?:h|m|s|ms))+$/;
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const BOOLEANS: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true]),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false]),
]);

function readQuery(query: string): Pick<RepoSpec, 'ref' | 'submodules' | 'timeoutMs' | 'timeout'> {
  const values = new URLSearchParams(query);
  const timeoutMs = timeoutOf(values.get('timeout') ?? '');
  return {
    ref: values.get('ref') || values.get('version') || '',
    submodules: BOOLEANS[values.get('submodules') ?? ''] ?? true,
    timeoutMs,
    timeout: timeoutMs % 1000 === 0 ? secondsText(timeoutMs / 1000) : `${timeoutMs}ms`,
  };
}

function timeoutOf(text: string): number {
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text) * 1000;
  if (!DURATION.test(text)) return DEFAULT_TIMEOUT_MS;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) sum += Number(count) * UNITS[unit!]!;
  return sum > 0 ? sum : DEFAULT_TIMEOUT_MS;
}

function secondsText(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

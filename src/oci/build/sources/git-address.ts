import { posix } from 'node:path';
import { KctlError } from '../../../lib/errors.ts';

/** A Git repository, and what of it is meant. */
export interface GitAddress {
  /** What git is given: `https://host/repo.git`, `git@host:repo.git`. It may hold a password. */
  remote: string;
  /** A branch, a tag, `refs/…` or a whole commit; undefined for the default branch. */
  ref: string | undefined;
  /** What the commit's name has to begin with. */
  checksum: string | undefined;
  /** Relative; '' for all of it. */
  folder: string;
  keepGitDir: boolean | undefined;
  /** Of submodules, too; true where nothing is said. */
  submodules: boolean;
  /** Files get the time of the commit in place of the time at which they were fetched. */
  hasCommitTime: boolean;
}

/** `git@host:path`, with whatever user (git-clone(1), the scp-like form). */
const SCP = /^[a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:(?!\/\/)[^#?]+/;

/** Whether ADD, or a build, would clone it: with http(s) only what ends in `.git` is a repository. */
export function isGitAddress(text: string): boolean {
  return SCP.test(text) || /^(git|ssh):\/\//i.test(text) || /^https?:\/\/[^?#]+\.git([?#].*)?$/i.test(text);
}

/**
 * `https://host/repo.git#branch:folder`, or with options: `?branch=main&subdir=docs`
 * (Dockerfile reference, "Adding files from a Git repository").
 * @throws KctlError `input`
 */
export function parseGitAddress(text: string): GitAddress {
  const [, before = '', fragment] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? [];
  const [, remote = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(before) ?? [];
  const [ref, folder] = splitOnce(fragment ?? '', ':');
  const address: GitAddress = {
    ...{ remote, ref: ref || undefined, folder: folder ?? '', checksum: undefined },
    ...{ keepGitDir: undefined, submodules: true, hasCommitTime: false },
  };
  readOptions(address, new URLSearchParams(query ?? ''));
  if (address.remote.startsWith('-') || address.ref?.startsWith('-'))
    throw fail(`invalid Git address ${JSON.stringify(withoutPassword(text))}`);
  const clean = posix.normalize(`./${address.folder}`).replace(/\/+$/, '');
  if (clean.split('/').includes('..'))
    throw fail(`subdir ${JSON.stringify(address.folder)} leads out of the repository`);
  return { ...address, folder: clean === '.' ? '' : clean };
}

const fail = (message: string): KctlError => new KctlError('input', message);

type Reading = (value: string, address: GitAddress) => Partial<GitAddress>;

const options: Readonly<Record<string, Reading>> = {
  ref: (value, address) => withRef(address, value),
  tag: (value, address) => withRef(address, `refs/tags/${value.replace(/^refs\/tags\//, '')}`),
  branch: (value, address) => withRef(address, `refs/heads/${value.replace(/^refs\/heads\//, '')}`),
  subdir(value, { folder }) {
    const isOther = folder !== '' && folder !== value;
    if (isOther) throw fail(`subdir conflicts: ${JSON.stringify(folder)} vs ${JSON.stringify(value)}`);
    return { folder: value };
  },
  checksum: (checksum) => ({ checksum }),
  commit: (checksum) => ({ checksum }),
  'keep-git-dir': (value) => ({ keepGitDir: isTrue('keep-git-dir', value) }),
  submodules: (value) => ({ submodules: isTrue('submodules', value) }),
  'fetch-by-commit'(value) {
    isTrue('fetch-by-commit', value);
    // How it is fetched makes no difference to what is fetched.
    return {};
  },
  mtime(value) {
    if (value !== 'checkout' && value !== 'commit') throw fail(`invalid mtime value: ${JSON.stringify(value)}`);
    return { hasCommitTime: value === 'commit' };
  },
};

const mayBeEmpty: ReadonlySet<string> = new Set(['keep-git-dir', 'submodules', 'fetch-by-commit']);

function readOptions(address: GitAddress, given: URLSearchParams): void {
  if (given.has('tag') && given.has('branch')) throw fail('branch conflicts with tag');
  for (const name of new Set(given.keys())) {
    const values = given.getAll(name);
    const read = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!read) throw fail(`unexpected query ${JSON.stringify(name)}`);
    if (values.length > 1) throw fail(`query ${JSON.stringify(name)} has multiple values`);
    if (values[0] === '' && !mayBeEmpty.has(name)) throw fail(`query ${JSON.stringify(name)} has no value`);
    Object.assign(address, read(values[0]!, address));
  }
  if (address.checksum !== undefined) address.ref ??= address.checksum;
}

function withRef(address: GitAddress, ref: string): Partial<GitAddress> {
  if (address.ref !== undefined && address.ref !== ref)
    throw fail(`ref conflicts: ${JSON.stringify(address.ref)} vs ${JSON.stringify(ref)}`);
  return { ref };
}

/** As Go's strconv.ParseBool; the name alone is true. */
function isTrue(name: string, value: string): boolean {
  if (/^(1|t|true)?$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw fail(`invalid ${name} value: ${JSON.stringify(value)}`);
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/** An address as it may be shown and kept. */
export const withoutPassword = (text: string): string =>
  text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:?#]*):[^/?#]*@/i, '$1:xxxxx@');

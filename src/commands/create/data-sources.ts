import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join, posix, resolve, sep } from 'node:path';
import { dataKey } from '../../api/validation/names.ts';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { FlagSpec, FlagValues } from '../command.ts';
import { environmentKey } from '../shared/environment-key.ts';

/** What a ConfigMap or a Secret says where a key cannot be taken. */
export interface DataWords {
  /** What stands behind `"a b" is not `. */
  invalidKey(complaints: readonly string[]): string;
  doubledKey(key: string, before: Buffer): string;
  /** `--from-env-file` with a folder. */
  envFolder: string;
}

/** Keys and their bytes, in the order in which they were given. */
export type Data = Map<string, Buffer>;

/** The flags that say what a ConfigMap or a Secret holds. */
export function dataFlags(what: string): readonly FlagSpec[] {
  return [
    { name: 'append-hash', type: 'bool', default: false, describe: `Append a hash of the ${what} to its name.` },
    {
      name: 'from-env-file',
      type: 'stringSlice',
      default: [],
      describe: 'File with lines KEY=VALUE; a line without = takes the value from the environment.',
    },
    {
      name: 'from-file',
      type: 'stringSlice',
      default: [],
      describe: 'File whose name is the key, KEY=FILE, or a folder, each file of which becomes a key.',
    },
    { name: 'from-literal', type: 'stringArray', default: [], describe: 'A key and its value: KEY=VALUE.' },
  ];
}

type Source = 'from-file' | 'from-literal' | 'from-env-file';

/** Where relative paths lead, and what lines without a value stand for. */
type Place = Pick<IoStreams, 'cwd' | 'env'>;

/** @throws KctlError where kinds of sources do not go together */
export function checkSources(flags: FlagValues): void {
  const has = (name: Source) => listOf(flags, name).length > 0;
  if (has('from-env-file') && (has('from-file') || has('from-literal'))) {
    throw new KctlError('usage', 'from-env-file cannot be combined with from-file or from-literal');
  }
}

/** Reads files of `--from-file` and `--from-env-file` and the words of `--from-literal`, kinds of sources in `order`. */
export function readData(flags: FlagValues, order: readonly Source[], words: DataWords, place: Place): Data {
  const data: Data = new Map();
  const add = (key: string, value: Buffer) => {
    const complaints = dataKey(key);
    if (complaints.length > 0) throw refusal(`${JSON.stringify(key)} is not ${words.invalidKey(complaints)}`);
    const before = data.get(key);
    if (before) throw refusal(words.doubledKey(key, before));
    data.set(key, value);
  };
  for (const kind of order) {
    for (const source of listOf(flags, kind)) {
      if (kind === 'from-literal') addLiteral(source, add);
      else if (kind === 'from-file') addFile(source, place.cwd, add);
      else addEnvFile(source, place, words, add);
    }
  }
  return data;
}

type Add = (key: string, value: Buffer) => void;

function listOf(flags: FlagValues, name: Source): readonly string[] {
  return (flags[name] as readonly string[] | undefined) ?? [];
}

function addLiteral(source: string, add: Add): void {
  const equals = source.indexOf('=');
  if (equals <= 0) throw refusal(`invalid literal source ${source}, expected key=value`);
  add(source.slice(0, equals), Buffer.from(source.slice(equals + 1)));
}

function addFile(source: string, cwd: string, add: Add): void {
  const [key, path] = keyAndPath(source);
  if (!statOf(path, cwd).isDirectory()) {
    add(key, read(path, cwd));
    return;
  }
  if (source.includes('=')) throw refusal('cannot give a key name for a directory path');
  const members = readdirSync(resolve(cwd, path), { withFileTypes: true }).filter((member) => member.isFile());
  const names = members.map(({ name }) => name).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) add(name, read(join(path, name), cwd));
}

function keyAndPath(source: string): [key: string, path: string] {
  const parts = source.split('=');
  if (parts.length > 2) throw refusal("key names or file paths cannot contain '='");
  const [key = '', path] = parts;
  if (path === undefined) return [posix.basename(source.replaceAll(sep, '/')), source];
  if (key === '') throw refusal(`key name for file path ${path} missing`);
  if (path === '') throw refusal(`file path for key name ${key} missing`);
  return [key, path];
}

/** Go's white space, which a byte order mark is not. */
const leadingSpace = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

function addEnvFile(path: string, { cwd, env }: Place, words: DataWords, add: Add): void {
  if (statOf(path, cwd).isDirectory()) throw refusal(words.envFolder);
  linesOf(read(path, cwd)).forEach((bytes, index) => {
    if (!isUtf8(bytes)) {
      throw refusal(`env file ${path} contains invalid utf8 bytes at line ${index + 1}: [${[...bytes].join(' ')}]`);
    }
    const line = (index === 0 ? bytes.toString().replace(/^\uFEFF/, '') : bytes.toString()).replace(leadingSpace, '');
    if (line === '' || line.startsWith('#')) return;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    const complaints = environmentKey(key);
    if (complaints.length > 0) throw refusal(`${JSON.stringify(key)} is not a valid key name: ${complaints.join(';')}`);
    add(key, Buffer.from(equals < 0 ? (env[key] ?? '') : line.slice(equals + 1)));
  });
}

/** Lines end with a line feed, before which one carriage return is dropped. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(10, start);
    const end = feed < 0 ? bytes.length : feed;
    lines.push(bytes.subarray(start, end > start && bytes[end - 1] === 13 ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}

function statOf(path: string, cwd: string): Stats {
  try {
    return statSync(resolve(cwd, path));
  } catch (error) {
    throw refusal(fileError(error, 'error reading', path), error);
  }
}

function read(path: string, cwd: string): Buffer {
  try {
    return readFileSync(resolve(cwd, path));
  } catch (error) {
    throw refusal(fileError(error, 'open', path), error);
  }
}

function refusal(message: string, cause?: unknown): KctlError {
  return new KctlError('input', message, { cause });
}

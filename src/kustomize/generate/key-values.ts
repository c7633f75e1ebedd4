import { posix } from 'node:path';
import { failed, locatedAsync } from '../failure.ts';
import type { GeneratorArgs } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';

interface Pair {
  key: string;
  value: Buffer;
}

const goList = (list: readonly string[]): string => `[${list.join(' ')}]`;

/**
 * What the sources of a generator hold: envs, then literals, then files.
 * @throws KctlError `input` for sources that cannot be read and keys that come twice
 */
export async function readKeyValues(args: GeneratorArgs, loader: Loader): Promise<Record<string, Buffer>> {
  const { envs = [], literals = [], files = [], name = '' } = args;
  const pairs = await locatedAsync(
    () => 'loading KV pairs',
    async () => [
      ...(await locatedAsync(
        () => `env source files: ${goList(envs)}`,
        () => fromEnvs(envs, loader),
      )),
      ...(await locatedAsync(
        () => `literal sources ${goList(literals)}`,
        async () => literals.map(fromLiteral),
      )),
      ...(await locatedAsync(
        () => `file sources: ${goList(files)}`,
        () => fromFiles(files, loader),
      )),
    ],
  );
  const result: Record<string, Buffer> = {};
  for (const { key, value } of pairs) {
    if (Object.hasOwn(result, key)) throw failed(`configmap ${name} illegally repeats the key \`${key}\``);
    result[key] = value;
  }
  return result;
}

async function fromEnvs(paths: readonly string[], loader: Loader): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const path of paths) {
    const text = (await loader.loadText(path)).replace(/^\ufeff/, '');
    for (const line of text.split(/\r?\n/)) {
      const entry = line.trimStart();
      if (entry === '' || entry.startsWith('#')) continue;
      const equals = entry.indexOf('=');
      const key = equals < 0 ? entry : entry.slice(0, equals);
      if (key !== '') pairs.push({ key, value: Buffer.from(equals < 0 ? '' : entry.slice(equals + 1)) });
    }
  }
  return pairs;
}

function fromLiteral(source: string): Pair {
  const equals = source.indexOf('=');
  if (equals <= 0) throw failed(`invalid literal source ${source}, expected key=value`);
  return { key: source.slice(0, equals), value: Buffer.from(unquoted(source.slice(equals + 1))) };
}

function unquoted(text: string): string {
  const first = text[0];
  const isQuoted = text.length >= 2 && first === text.at(-1) && (first === '"' || first === "'");
  return isQuoted ? text.slice(1, -1) : text;
}

async function fromFiles(sources: readonly string[], loader: Loader): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const source of sources) {
    const { key, path } = fileSource(source);
    pairs.push({ key, value: await loader.load(path) });
  }
  return pairs;
}

/** `path` or `key=path`. */
function fileSource(source: string): { key: string; path: string } {
  const [key = '', path, ...more] = source.split('=');
  if (path === undefined) return { key: posix.basename(source), path: source };
  if (more.length > 0) throw failed(`source ${JSON.stringify(source)} key name or file path contains '='`);
  if (key === '')
    throw failed(`missing key name for file path ${JSON.stringify(path)} in source ${JSON.stringify(source)}`);
  if (path === '')
    throw failed(`missing file path for key name ${JSON.stringify(key)} in source ${JSON.stringify(source)}`);
  return { key, path };
}

import { csvFields } from '../../../lib/csv-fields.ts';
import { BuildFailure } from '../build-failure.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import type { FileSource, PlannedMount } from './operations.ts';
import { absolute, belowRoot } from './paths.ts';

type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';

/** The keys that each kind of mount takes (Dockerfile reference, RUN --mount), with all names that each has. */
const keys: Readonly<Record<MountType, readonly string[]>> = {
  bind: ['target', 'source', 'from', 'rw', 'ro'],
  cache: ['id', 'target', 'ro', 'rw', 'sharing', 'from', 'source', 'mode', 'uid', 'gid'],
  tmpfs: ['target', 'size'],
  secret: ['id', 'target', 'env', 'required', 'mode', 'uid', 'gid'],
  ssh: ['id', 'target', 'required', 'mode', 'uid', 'gid'],
};

const otherNames: Readonly<Record<string, string>> = {
  dst: 'target',
  destination: 'target',
  src: 'source',
  readonly: 'ro',
  readwrite: 'rw',
};

function keyOf(field: string): string {
  const name = field.split('=', 1)[0]!.toLowerCase().trim();
  return otherNames[name] ?? name;
}

/** What `from=` of a mount names; undefined where it has none. */
export function mountSource(text: string): string | undefined {
  const field = csvFields(text).find((one) => keyOf(one) === 'from');
  return field?.slice(field.indexOf('=') + 1) || undefined;
}

interface MountContext {
  cwd: string;
  range: SourceRange;
  expand(text: string): string;
  source(from: string): FileSource;
}

/** All of a RUN. An agent's socket without a place of its own is called by its number among them, as in BuildKit. */
export function planMounts(texts: readonly string[], context: MountContext): PlannedMount[] {
  let agents = 0;
  return texts.map((text) => {
    const mount = planMount(text, context);
    if (mount.type !== 'ssh') return mount;
    const number = agents++;
    return { ...mount, target: mount.target || `/run/buildkit/ssh_agent.${number}` };
  });
}

/**
 * One `--mount`: `type=cache,target=/root/.npm,sharing=locked`.
 * @param context `source` finds what `from` names
 * @throws BuildFailure in docker's words
 */
function planMount(text: string, context: MountContext): PlannedMount {
  const { cwd, range } = context;
  const fail = (why: string, hint?: string): never => {
    throw new BuildFailure(why, range, hint === undefined ? {} : { hint });
  };
  const values = new Map<string, string>();
  for (const part of csvFields(context.expand(text))) {
    const equals = part.indexOf('=');
    const key = keyOf(part);
    if (equals < 0 && !['ro', 'rw', 'required'].includes(key)) fail(`invalid field '${part}' must be a key=value pair`);
    values.set(key, equals < 0 ? 'true' : part.slice(equals + 1));
  }
  const type = (values.get('type') ?? 'bind') as MountType;
  const known = Object.hasOwn(keys, type) ? keys[type] : fail(`unsupported mount type "${type}"`);
  for (const key of values.keys()) {
    if (key !== 'type' && !known.includes(key)) fail(`unexpected key '${key}' for mount type '${type}'`);
  }
  const get = (key: string): string | undefined => values.get(key) || undefined;
  const number = (key: string, base: number, other: number): number => {
    const value = get(key);
    if (value === undefined) return other;
    const read = Number.parseInt(value, base);
    return Number.isNaN(read) ? fail(`invalid value ${value} for ${key}`) : read;
  };
  const isOn = (key: string): boolean | undefined => {
    const value = values.get(key);
    return value === undefined ? undefined : value === '' || /^(true|1)$/i.test(value);
  };
  const owner = () => ({ uid: number('uid', 10, 0), gid: number('gid', 10, 0) });
  const target = get('target');
  const needed = () => absolute(cwd, target ?? fail(`invalid mount: target is required for type=${type}`)!);
  const readOnly = (other: boolean) => isOn('ro') ?? (isOn('rw') === undefined ? other : !isOn('rw'));

  switch (type) {
    case 'bind': {
      const source = get('from') === undefined ? ({ from: 'context' } as const) : context.source(get('from')!);
      return { type, source, path: get('source') ?? '/', target: needed(), readOnly: readOnly(true) };
    }
    case 'cache': {
      const from = get('from');
      const source = from === undefined ? undefined : context.source(from);
      if (!source && belowRoot(get('source') ?? '') !== '')
        fail(`${get('source')}: not found: the cache begins with nothing`);
      const sharing = (get('sharing') ?? 'shared') as 'shared';
      if (!['shared', 'private', 'locked'].includes(sharing)) fail(`unsupported sharing value "${sharing}"`);
      const path = needed();
      const rest = { sharing, mode: number('mode', 8, 0o755), ...owner(), readOnly: readOnly(false) };
      return { type, id: get('id') ?? path, target: path, ...rest, source, path: get('source') ?? '/' };
    }
    case 'tmpfs':
      return { type, target: needed(), size: sizeOf(get('size'), fail) };
    case 'secret': {
      const id = get('id') ?? target?.split('/').at(-1) ?? fail('one of source, target required');
      const env = get('env');
      const path =
        target === undefined ? (env === undefined ? `/run/secrets/${id}` : undefined) : absolute(cwd, target);
      const rest = { isRequired: isOn('required') ?? false, mode: number('mode', 8, 0o400), ...owner() };
      return { type, id: id!, target: path, env, ...rest };
    }
    case 'ssh': {
      const place = target === undefined ? '' : absolute(cwd, target);
      const rest = { isRequired: isOn('required') ?? false, mode: number('mode', 8, 0o600), ...owner() };
      return { type, id: get('id') ?? 'default', target: place, ...rest };
    }
  }
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 };

function sizeOf(text: string | undefined, fail: (why: string) => never): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(text) ?? [];
  return digits === undefined
    ? fail(`invalid size: '${text}'`)
    : Math.floor(Number(digits) * units[unit.toLowerCase()]!);
}

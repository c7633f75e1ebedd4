import { KctlError } from '../../lib/errors.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { repositoryOf } from '../../oci/store/stored-images.ts';
import type { ListedImage } from './ls-rows.ts';
import { timeOf } from './prune-filters.ts';

type Test = (image: ListedImage) => boolean;
/** @param find the image that a word of the user means, among those listed */
type MakeTest = (value: string, find: (text: string) => ListedImage, now: number) => Test;

const filters: Readonly<Record<string, MakeTest>> = {
  dangling(value) {
    const wanted = readBool(value);
    return ({ name }) => (name === undefined) === wanted;
  },
  label(value) {
    const [key = '', ...rest] = value.split('=');
    const text = rest.join('=');
    return ({ labels }) => labels[key] !== undefined && (rest.length === 0 || labels[key] === text);
  },
  reference: (value) => matchesReference(value),
  before(value, find) {
    const { createdAt = 0 } = find(value);
    return (image) => (image.createdAt ?? 0) < createdAt;
  },
  since(value, find) {
    const { createdAt = 0 } = find(value);
    return (image) => (image.createdAt ?? 0) > createdAt;
  },
  until(value, _find, now) {
    const time = timeOf(value, now);
    return ({ createdAt = 0 }) => createdAt < time;
  },
};

/** Of these, all must hold, as docker has it; of the others, one. */
const narrowing: ReadonlySet<string> = new Set(['label', 'before', 'since', 'until']);

/**
 * Docker's `--filter key=value`: names of one key widen, all else narrows.
 * @param now in ms
 * @throws KctlError `usage`
 */
export function imageFilter(texts: readonly string[], find: (text: string) => ListedImage, now: number): Test {
  const tests = new Map<string, Test[]>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const key = at < 0 ? text : text.slice(0, at);
    const make = Object.hasOwn(filters, key) ? filters[key] : undefined;
    if (!make || at < 0) {
      const meant = make ? undefined : nearestName(key, Object.keys(filters));
      const all = `Filters are: ${Object.keys(filters).join(', ')}; each as KEY=VALUE.`;
      throw new KctlError('usage', `invalid filter '${text}'`, {
        hint: meant === undefined ? all : `Did you mean "${meant}"? ${all}`,
      });
    }
    tests.set(key, [...(tests.get(key) ?? []), make(text.slice(at + 1), find, now)]);
  }
  return (image) =>
    [...tests].every(([key, own]) =>
      narrowing.has(key) ? own.every((test) => test(image)) : own.some((test) => test(image)),
    );
}

/** `nginx`, `nginx:1.*`, `shop/*`: names as people write them; `*` does not cross a `/`. */
export function matchesReference(pattern: string): Test {
  const glob = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')}$`,
  );
  return ({ name }) => {
    if (name === undefined) return false;
    const [familiar, canonical] = [familiarName(name), name];
    const names = [familiar, canonical, repositoryOf(familiar), repositoryOf(canonical)];
    return names.some((one) => glob.test(one));
  };
}

function readBool(value: string): boolean {
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw new KctlError('usage', `invalid filter 'dangling=${value}'`, { hint: 'It is true or false.' });
}

import { Library } from '../functions.ts';
import { matched, traversal } from './costs.ts';
import { compilePattern } from './patterns.ts';

/** Patterns in texts (k8s.io/apiserver, pkg/cel/library/regex.go). */
export const texts = new Library();

function findAll(text: string, pattern: string, limit = -1n): string[] {
  const matcher = compilePattern(pattern, 'Illegal regex: ').matcher(text);
  const found: string[] = [];
  while ((limit < 0n || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

texts
  .member(
    'find',
    'string, string',
    'string',
    (text: string, pattern: string) => findAll(text, pattern, 1n)[0] ?? '',
    matched,
  )
  .member(
    'findAll',
    'string, string',
    'list(string)',
    (text: string, pattern: string) => findAll(text, pattern),
    matched,
  )
  .member('findAll', 'string, string, int', 'list(string)', findAll, matched);

/** Keys for paths of JSON patches (k8s.io/apiserver, pkg/cel/library/jsonpatch.go). */
export const jsonPatch = new Library();

jsonPatch.global(
  'jsonpatch.escapeKey',
  'string',
  'string',
  (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'),
  traversal(),
);

import { describe, expect, test } from 'vitest';
import { changedImage } from '../../src/kustomize/transform/images.ts';
import { insertPart } from '../../src/kustomize/transform/value-add.ts';
import { expand } from '../../src/kustomize/transform/vars.ts';

describe('images', () => {
  test.each([
    ['nginx', { newTag: '1' }, 'nginx:1'],
    ['host:5000/a/b', { newTag: '1' }, 'host:5000/a/b:1'],
    ['host:5000/a/b:2@sha256:c', { newName: 'x' }, 'x:2@sha256:c'],
    ['a:1', { digest: 'sha256:d' }, 'a@sha256:d'],
    ['a@sha256:c', { newTag: '2' }, 'a:2'],
    ['a:1', { newTag: '2', digest: 'sha256:d' }, 'a:2@sha256:d'],
    ['a:1@sha256:c', { tagSuffix: '-x' }, 'a:1-x'],
  ])('%s with %o', (image, change, changed) => {
    expect(changedImage(image, change)).toBe(changed);
  });
});

describe('vars', () => {
  const values: Record<string, string | number> = { NAME: 'web', PORT: 80 };
  const mapping = (name: string) => values[name] ?? `$(${name})`;

  test.each([
    ['$(NAME)', 'web'],
    ['$(PORT)', 80],
    ['http://$(NAME):$(PORT)/', 'http://web:80/'],
    ['$$(NAME) $(OTHER) $x $', '$(NAME) $(OTHER) $x $'],
    ['$(NAME', '$(NAME'],
  ])('%s', (text, value) => {
    expect(expand(text, mapping)).toBe(value);
  });
});

test.each([
  ['/a/b', 0, '/x/a/b'],
  ['a/b', 1, 'a/x/b'],
  ['a', 9, 'a/x'],
])('a part goes into %s at %i', (path, position, result) => {
  expect(insertPart(path, position, 'x')).toBe(result);
});

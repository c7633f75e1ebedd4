import { afterAll, describe, expect, test } from 'vitest';
import { stories } from '../../../../src/commands/cluster/scenarios/stories.ts';
import type { Words } from '../../../../src/commands/cluster/scenarios/story.ts';
import { sandbox } from '../../../support/program.ts';

const box = sandbox();
afterAll(() => box.dispose());

const names = Object.keys(stories);
const scenario = (...args: string[]) => box.kctl(['cluster', 'scenario', ...args]);

describe.each(names)('%s', (name) => {
  const { title, moral, scenes, files } = stories[name]!;

  test('is told whole in both languages', () => {
    const told: Words[] = [title, moral, ...scenes.map(({ say }) => say)];
    for (const { en, ko } of told) {
      expect(en).toMatch(/^[\x20-\x7e]+$/);
      expect(ko).toMatch(/[가-힣]/);
      expect(`${en}${ko}`).not.toMatch(/ {2}|^ | $/);
    }
  });

  test('applies files that it has, and no other', () => {
    const applied = scenes.flatMap(({ acts }) =>
      acts.flatMap((act) => ('file' in act ? [act.file] : [...act.line.matchAll(/-f (\S+)/g)].map(([, file]) => file))),
    );
    expect([...new Set(applied)].sort()).toEqual(Object.keys(files).sort());
  });

  test('goes as it is told, in a cluster', { timeout: 180_000 }, () => {
    const language = names.indexOf(name) % 2 === 0 ? 'en' : 'ko';
    const { stdout, stderr, code } = scenario('run', name, '--lang', language);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.startsWith(`${title[language]}\n`)).toBe(true);
    expect(stdout).toContain('$ kctl cluster delete --name story\n');
  });
});

test('a story can be told again in the same cluster', { timeout: 180_000 }, () => {
  expect(scenario('run', 'image-typo').code).toBe(0);
});

test('stories are listed in the language of the environment', () => {
  expect(scenario('list').stdout).toContain('crash-loop       A container that crashes again and again\n');
  expect(box.kctl(['cluster', 'scenario', 'list'], { env: { LANG: 'ko_KR.UTF-8' } }).stdout).toContain(
    'crash-loop       자꾸 죽는 컨테이너\n',
  );
  expect(scenario('list', '-o', 'name').stdout).toBe(`${names.join('\n')}\n`);
});

test('who asks for what there is not is told what there is', () => {
  expect(scenario('run', 'crash').stderr).toContain('there is no story "crash"\ndid you mean "crash-loop"?');
  expect(scenario('run', 'trouble').stderr).toContain('there is no story "trouble"\nthere are: crash-loop, image-typo');
  expect(scenario('run').stderr).toContain('say which story');
  expect(scenario('run', 'quota', '--lang', 'fr').stderr).toContain('--lang must be en or ko, not "fr"');
});

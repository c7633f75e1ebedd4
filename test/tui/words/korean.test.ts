import { describe, expect, test } from 'vitest';
import { korean } from '../../../src/tui/words/ko.ts';
import { languageOf, say, sayAssembled, speak } from '../../../src/tui/words/say.ts';
import { interfaceTexts } from './interface-texts.ts';

const texts = interfaceTexts();

test('every text of the interface has its Korean', () => {
  const missing = texts.filter(({ text }) => !Object.hasOwn(korean, text)).map(({ text, file }) => `${file}: ${text}`);
  expect([...new Set(missing)]).toEqual([]);
});

test('what is collected is what the screen says', () => {
  const said = new Set(texts.map(({ text }) => text));
  for (const text of [
    'Describe',
    'No {kind}.',
    'no row is selected',
    'another theme; without a name a list that shows each',
  ]) {
    expect(said).toContain(text);
  }
});

test('the same values stand in both, and Korean is Korean', () => {
  const valuesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const [english, told] of Object.entries(korean)) {
    expect(valuesOf(told), english).toEqual(valuesOf(english));
    if (!/^(?:CPU|YAML|KEY=VALUE KEY-|managedFields)$/.test(told)) expect(told, english).toMatch(/[가-힣]/);
  }
});

describe('texts that were put together', () => {
  test.each([
    ['Kept as mine', 'mine(으)로 저장함'],
    ['no context exists with the name: "a b"', '"a b" 컨텍스트가 없습니다'],
    ['None of 3 pods passes the filter "x".', 'None of 3 pods passes the filter "x".'],
    ['no row is selected', '선택된 행이 없습니다'],
    ['not for pods\nKept as $&', 'pods에는 쓸 수 없습니다\n$&(으)로 저장함'],
    ['said by a cluster', 'said by a cluster'],
  ])('%s', (text, told) => {
    expect(sayAssembled(text)).toBe(text);
    speak('ko');
    try {
      expect(sayAssembled(text)).toBe(told);
      expect(sayAssembled(text)).toBe(told);
    } finally {
      speak('en');
    }
  });
});

test('a value is a value, whatever is in it', () => {
  expect(say('Deleted {name}', { name: '{name} $& $1' })).toBe('Deleted {name} $& $1');
});

test.each([
  [{ LANG: 'ko_KR.UTF-8' }, 'ko'],
  [{ LANG: 'ko_KR.UTF-8', KCTL_LANG: 'en' }, 'en'],
  [{ LANG: 'en_US.UTF-8', KCTL_LANG: 'ko' }, 'ko'],
  [{ LANG: 'kok_IN' }, 'en'],
  [{ LC_ALL: 'C', LANG: 'ko_KR' }, 'en'],
  [{}, 'en'],
])('%j speaks %s', (env, language) => {
  expect(languageOf(env)).toBe(language);
});

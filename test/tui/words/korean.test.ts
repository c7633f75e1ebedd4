import { describe, expect, test } from 'vitest';
import { korean } from '../../../src/tui/words/ko.ts';
import { languageOf, say, sayAssembled, speak } from '../../../src/tui/words/say.ts';
import { type InterfaceText, interfaceTexts } from './interface-texts.ts';

const texts = interfaceTexts();

/** What reads like a text and is none: names that other programs, files and filters go by. */
const named: readonly { in: RegExp; of?: RegExp; because: string }[] = [
  {
    in: /change\/templates\.ts$/,
    of: /:|^containers|^Service, headless$/,
    because: 'YAML that users edit, and its kind',
  },
  { in: /snapshot\/picture\.ts$/, because: 'markup' },
  { in: /change\/terminal\.ts$/, of: /exec bash/, because: 'a line for a shell' },
  { in: /actions\/helm\.ts$/, of: /^helm /, because: 'command lines' },
  { in: /actions\/(palette|show)\.ts$/, of: /^(?:action|line|prompt|pods) /, because: 'ids' },
  { in: /commands\/kctl\.ts$/, of: /^(?:api-resources|kctl) /, because: 'command lines' },
  {
    in: /replay\/\w+(-\w+)?\.ts$/,
    of: /^(?:kctl|get|list|describe|json|run|recording of) /,
    because: 'keys of a recording',
  },
  {
    in: /settings\/[\w-]+\.ts$/,
    of: /^(?:hotkeys|plugins)\.yaml |^: \/ |^ctrl-a |^shift-n /,
    because: 'files and keys',
  },
  {
    in: /snapshot\/run-snapshot\.ts$/,
    of: /^(?:open|error:) /,
    because: 'a command line; what stands before an error',
  },
  { in: /state\/access\.ts$/, because: 'a verb and a resource, as the server has them' },
  { in: /help-page\.ts$/, of: /^[:/]|^not for $/, because: 'what is typed; the begin of a reason' },
  { in: /filter-hints\.ts$/, because: 'what is typed' },
  {
    in: /views\/local\/|commands\/wide\.ts$/,
    of: /^[A-Z]\w* \w+$/,
    because: 'columns, which filters and settings name',
  },
  {
    in: /views\/local\//,
    of: /^(?:Error: |Scaled to 0|Missing |cannot be read$|undo )/,
    because: 'states, which filters name',
  },
  { in: /object\/(diff-model|why-page)\.ts$/, of: /^(?:revision \{1\}|\{1\} next)$/, because: 'ids' },
  { in: /object\/secret-text\.ts$/, because: 'stands for a value, also in what is saved' },
  { in: /pages\/bench-page\.ts$/, of: /^ {2}GET|ms$|^HTTP/, because: 'units and protocols' },
  { in: /object\/edit\/minders\.ts$/, of: /^Argo CD$/, because: 'names of programs' },
  {
    in: /preview\/(?:apply-preview|going)\.ts$/,
    of: /^ {2}\(of |^in the namespace$|^of the type$/,
    because: 'the owners of a field; not shown',
  },
  { in: /state\/command-words\.ts$/, because: 'names of commands' },
  { in: /tui\/(?:run-program|commands\/open-address)\.ts$/, of: /^kctl /, because: 'commands' },
  { in: /state\/prompt-input\.ts$/, because: 'what a key does to the prompt' },
];

/** Where a text is handed on, and what says it there. */
const saidLater: readonly { in: RegExp; by: string }[] = [
  { in: /^tui\/actions\//, by: 'labels and reasons: help, hints, messages and dialogs say them' },
  { in: /^tui\/commands\//, by: 'what commands are about: help and the palette say it' },
  { in: /^tui\/line-mode\/line-mode\.ts$/, by: 'the lines of its help' },
  { in: /^tui\/state\/(?:known-names|overlays)\.ts$/, by: 'hints of errors, and the note of a dialog' },
  { in: /^tui\/(?:settings|replay)\//, by: 'messages' },
  { in: /^tui\/views\/(?:error-lines|freshness|table-model)\.ts$/, by: 'pages of errors, titles, reasons' },
  { in: /^tui\/views\/object\/(?:diff-model|moments|yaml-text)\.ts$/, by: 'empty pages, names of toggles' },
  {
    in: /^tui\/views\/(?:local\/(?:budget|helm-text|images)|pages\/(?:cluster-use|tree-page))\.ts$/,
    by: 'names of toggles, words of charts',
  },
  { in: /^tui\/widgets\/header-lines\.ts$/, by: 'states of the connection' },
  {
    in: /^tui\/views\/(?:rollout\/(?:figures|gantt-panel|rollout-page)|local\/rollouts)\.ts$/,
    by: 'steps, signs and titles, where they are drawn',
  },
];

const isNamed = ({ file, text }: InterfaceText) =>
  named.some((one) => one.in.test(file) && (one.of === undefined || one.of.test(text)));
const own = texts.filter((one) => one.file.startsWith('tui/') && !isNamed(one));
const assembled = texts.filter((one) => !one.file.startsWith('tui/') && !isNamed(one));
const list = (some: readonly InterfaceText[]) => [...new Set(some.map(({ text, file }) => `${file}: ${text}`))];

test('every text of the interface has its Korean', () => {
  expect(list(own.filter(({ text }) => !Object.hasOwn(korean, text)))).toEqual([]);
});

test('every text is said in the language of the user', () => {
  const isSaidLater = ({ file }: InterfaceText) => saidLater.some((one) => one.in.test(file));
  expect(list(own.filter((one) => !one.isSaid && !isSaidLater(one)))).toEqual([]);
});

test('what commands put together is recognised by its words', () => {
  // A part of a sentence is known where the whole one is.
  const sentences = Object.keys(korean).map((text) => text.replace(/\{\w+\}/g, '{}').replaceAll('"', ''));
  const isPart = (text: string) =>
    sentences.some((sentence) => {
      let from = 0;
      return text
        .replaceAll('"', '')
        .split(/\{\d+\}/)
        .every((part) => {
          const at = sentence.indexOf(part.trim(), from);
          from = at + part.trim().length;
          return at >= 0;
        });
    });
  const lines = assembled.flatMap((one) => one.text.split('\n').map((text) => ({ ...one, text })));
  expect(list(lines.filter(({ text }) => /\p{L}{2}/u.test(text) && !isPart(text)))).toEqual([]);
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
    ['2 objects would go (cascade background):', '오브젝트 2개 삭제 예정(cascade background):'],
    ['  - no controller brings back pod/web-0', '  - pod/web-0을(를) 다시 만들 컨트롤러가 없습니다'],
    ['    and 3 more pods', '    pods 3개 더'],
    [
      '  ! 1 node would be cordoned and not drained: 2 pods in the way',
      '  ! 노드 1개 차단만 되고 비워지지 않음: 파드 2개가 막고 있음',
    ],
    [
      '  ! finalizer example.com/hold holds pod/web: kubectl set it, a tool and no controller: it has to be removed by hand',
      '  ! 파이널라이저 example.com/hold이(가) pod/web을(를) 붙잡습니다. kubectl이(가) 달았습니다: 컨트롤러가 아닌 도구라서 손으로 떼어야 합니다',
    ],
    [
      'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
      '디플로이먼트 "web" 롤아웃 진행 중: 새 레플리카 3개 중 1개 갱신됨...',
    ],
    [
      'container "app" keeps crashing (exit code 1, 4 restarts)',
      '컨테이너 "app"이(가) 계속 죽습니다(종료 코드 1, 재시작 4회)',
    ],
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

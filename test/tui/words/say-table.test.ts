import { afterEach, expect, test } from 'vitest';
import { speak } from '../../../src/tui/words/say.ts';
import { sayLines } from '../../../src/tui/words/say-table.ts';

afterEach(() => speak('en'));

const drain = [
  'NODE   POD                 FATE         NEXT     DETAIL',
  'n1     shop/web-0          goes         n2       budget web: 1 of 2 allowed; data of emptyDir tmp is lost',
  'n1     shop/web-1          in the way   -        no controller brings it back',
  'n1     kube-system/proxy   stays        -        -',
  'What comes of it:',
  '  ! 1 node would be cordoned and not drained: 1 pod in the way',
  'Nothing was changed: the node is as before.',
];

test('a table is said cell by cell and stands under its heading', () => {
  speak('ko');
  expect(sayLines(drain)).toEqual([
    'NODE   POD                 FATE   NEXT   DETAIL',
    'n1     shop/web-0          나감   n2     예산 web: 허용 2개 중 1개; emptyDir tmp의 데이터가 사라짐',
    'n1     shop/web-1          막음   -      다시 만들 컨트롤러 없음',
    'n1     kube-system/proxy   남음   -      -',
    '그 결과:',
    '  ! 노드 1개 차단만 되고 비워지지 않음: 파드 1개가 막고 있음',
    '바뀐 것은 없습니다. 노드는 그대로입니다.',
  ]);
});

test('in English it stays as it is, and what is no table, too', () => {
  expect(sayLines(drain).map((line) => line.replace(/ +/g, ' '))).toEqual(
    drain.map((line) => line.replace(/ +/g, ' ')),
  );
  speak('ko');
  expect(sayLines(['spec.replicas: 1 -> 2', ''])).toEqual(['spec.replicas: 1 -> 2', '']);
});

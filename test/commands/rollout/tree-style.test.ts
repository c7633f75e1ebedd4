import { expect, test } from 'vitest';
import { treeStyle } from '../../../src/commands/rollout/tree-style.ts';

const style = treeStyle(1);

test.each([
  ['deployment default/web · RollingUpdate · 3 wanted', '\x1b[1m', '\x1b[22m'],
  ['└─ revision 2 (new) web-1 · 3/3 ready · nginx', '\x1b[1m', '\x1b[22m'],
  ['├─ revision 1 (old) web-0 · 0/0 ready · nginx', '\x1b[2m', '\x1b[22m'],
  ['   ├─ ● web-1-abc  ready  1/1', '\x1b[32m', '\x1b[39m'],
  ['   ├─ ◔ web-1-abc  pulling  0/1', '\x1b[36m', '\x1b[39m'],
  ['   ├─ ◔ web-1-abc  pulling (ImagePullBackOff)  0/1', '\x1b[31m', '\x1b[39m'],
  ['   ├─ ✖ web-1-abc  failed  0/1', '\x1b[31m', '\x1b[39m'],
  ['✖ web-1-abc: image cannot be pulled', '\x1b[31m', '\x1b[39m'],
  ['! web-1-abc: waits for a node', '\x1b[33m', '\x1b[39m'],
  ['deployment "web" successfully rolled out', '\x1b[32m', '\x1b[39m'],
])('%s', (line, on, off) => {
  expect(style(line)).toBe(`${on}${line}${off}`);
});

test('what has no sign, and a terminal without colours, stay as they are', () => {
  expect(style('Waiting for the workload…')).toBe('Waiting for the workload…');
  expect(treeStyle(0)('✖ broken')).toBe('✖ broken');
});

import { expect, test } from 'vitest';
import { codeName } from '../../src/cli/code-name.ts';

test.each([
  ['get pods', 'get'],
  ['get pods -A', 'get'],
  ['get pods -o json', 'get_json'],
  ['get pods -ojson', 'get_json'],
  ['get --output=custom-columns=A:.a pods', 'get_custom-columns'],
  ['get pods -l a-o=b', 'get'],
  ['describe pod web', 'describe_pod'],
  ['describe deploy/web', 'describe_deploy'],
  ['describe -n shop pods', 'describe'],
  ['rollout status deploy/web', 'rollout_status'],
  ['delete pods --all', 'delete'],
  ['../../x', ''],
  ['create ../x', 'create'],
])('compiled code of `%s` is kept as %s', (line, name) => {
  expect(codeName(line.split(' '))).toBe(name);
});

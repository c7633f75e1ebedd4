import { expect, it } from 'vitest';
import { shownCommandLine } from '../../../../src/commands/shared/journal/command-line.ts';

it.each([
  ['create secret generic a --from-literal=k=v', 'create secret generic a --from-literal=k=***'],
  ['create secret generic a --from-literal k=v=w -n x', 'create secret generic a --from-literal k=*** -n x'],
  ['create secret docker-registry a --docker-password p', "create secret docker-registry a --docker-password '***'"],
  ['delete pod a --token=abc', "delete pod a '--token=***'"],
  ['--token abc delete pod a', "--token '***' delete pod a"],
  ['set env deploy/web A=1 B-', 'set env deploy/web A=*** B-'],
  ['run a --image=b --env=PASS=x', 'run a --image=b --env=PASS=***'],
  ['patch secret a -p {"data":{"a":"b"}}', "patch secret a -p '***'"],
  ['patch secrets/a --patch={"data":{}}', "patch secrets/a '--patch=***'"],
  ['patch deploy a -p {"spec":{}}', `patch deploy a -p '{"spec":{}}'`],
  ['label pod a b=c', 'label pod a b=c'],
])('%s', (line, shown) => {
  const plain = (text: string) => text.replaceAll("'", '');
  expect(plain(shownCommandLine('kctl', line.split(' ')))).toBe(plain(`kctl ${shown}`));
});

it('quotes words as a shell wants them', () => {
  expect(shownCommandLine('kctl', ['delete', 'pod', "it's", 'a b'])).toBe(`kctl delete pod 'it'\\''s' 'a b'`);
});

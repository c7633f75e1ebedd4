import { expect, test } from 'vitest';
import { WriteGuard } from '../../../src/tui/state/write-guard.ts';

const deny = [{ action: 'port-forward', namespace: 'prod-*', why: 'ask Kim' }];

test.each([
  ['pf web -n prod-eu', 'ask Kim'],
  ['pf cache web@prod-eu=8080', 'ask Kim'],
  ['port-forward svc/web 8080:80 --namespace=prod-eu', 'ask Kim'],
  ['pf web', undefined],
  ['pf web@staging', undefined],
  ['pf list', undefined],
  ['pf down all -n prod-eu', undefined],
  ['get pods -n prod-eu', undefined],
])('a rule about port-forwards and `kctl %s`', (line, why) => {
  expect(new WriteGuard({ deny }, line.split(' ')).refusal('default', 'c')).toBe(why);
});

test('who forbids every change does not forbid to look through a port', () => {
  expect(new WriteGuard({ deny: [{}, { action: '*' }] }, ['pf', 'web']).refusal('default', 'c')).toBeUndefined();
  expect(new WriteGuard({ deny: [{ action: 'p*' }] }, ['pf', 'web']).refusal('default', 'c')).toMatch(/forbid p\*/);
});

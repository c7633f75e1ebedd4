import { describe, expect, test } from 'vitest';
import { redactObject, redactRow, redactText } from '../../src/store/redact.ts';

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';

describe('what is given away', () => {
  test('holds no data of Secrets, values of variables, tokens, or what was last applied', () => {
    const secret = redactObject({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'db',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"a":"aHVudGVyMg=="}}', note: 'x' },
        managedFields: [{}],
      },
      data: { password: 'aHVudGVyMg==' },
      stringData: { other: 'hunter2' },
    } as never);
    expect(JSON.stringify(secret)).not.toMatch(/hunter2|aHVudGVyMg|last-applied|managedFields/);
    expect(secret).toMatchObject({ data: { password: '<redacted>' }, metadata: { annotations: { note: 'x' } } });
    const reference = { name: 'REF', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } };
    const container = { image: 'nginx:1.28', args: ['--token=abc123', '-v'] };
    const pod = redactObject({
      kind: 'Pod',
      spec: { containers: [{ ...container, env: [{ name: 'COLOUR', value: 'blue' }, reference] }] },
    } as never);
    expect(pod).toMatchObject({
      spec: {
        containers: [
          {
            image: 'nginx:1.28',
            args: ['--token=<redacted>', '-v'],
            env: [{ name: 'COLOUR', value: '<redacted>' }, reference],
          },
        ],
      },
    });
    expect(JSON.stringify(redactObject({ kind: 'X', status: { token: 'abc', count: 3 } } as never))).toBe(
      '{"kind":"X","status":{"token":"<redacted>","count":3}}',
    );
  });

  test.each([
    [`Authorization: Bearer ${jwt}`, 'Authorization: Bearer <redacted>'],
    [`got ${jwt} now`, 'got <redacted> now'],
    ['password=hunter2 user=me', 'password=<redacted> user=me'],
    ['{"api_key": "abcdef"}', '{"api_key": "<redacted>"}'],
    ['postgres://me:hunter2@db/x', 'postgres://me:<redacted>@db/x'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter', '<redacted>\nafter'],
    ['GET /healthz 200 in 3 ms', 'GET /healthz 200 in 3 ms'],
  ])('%s', (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });

  test('variables in a description lose their values, references stay', () => {
    const text = [
      'Containers:',
      '  web:',
      '    Image:  nginx',
      '    Environment:',
      '      COLOUR:  deep blue',
      "      KEY:     <set to the key 'k' in secret 's'>  Optional: false",
      '    Mounts:',
      '      /x from y',
    ].join('\n');
    expect(redactText(text)).toBe(text.replace('deep blue', '<redacted>'));
  });

  test('a row keeps what a table shows', () => {
    const metadata = { name: 'x', annotations: { secret: 'y' } };
    const { object } = redactRow({ cells: ['x'], object: { apiVersion: 'v1', kind: 'Pod', metadata } });
    expect(object.metadata).toEqual({ name: 'x' });
  });
});

import { expect, test } from 'vitest';
import { type ApiStatus, ApiStatusError } from '../../src/api/status.ts';
import { KctlError } from '../../src/lib/errors.ts';
import { formatError, formatListedError } from '../../src/output/print-error.ts';

const failure = (reason: string, message: string, details?: ApiStatus['details']) =>
  new ApiStatusError({
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message },
    ...(details ? { details } : {}),
  });
const causes = [
  { field: 'spec.a', message: 'Required value' },
  { field: 'spec.a', message: 'Required value' },
];

test.each([
  [failure('NotFound', 'configmaps "nope" not found'), 'Error from server (NotFound): configmaps "nope" not found'],
  [failure('', 'boom'), 'Error from server: boom'],
  [failure('Unauthorized', 'Unauthorized'), 'error: You must be logged in to the server (Unauthorized)'],
  [
    failure('Invalid', 'm', { kind: 'ConfigMap', name: 'x', causes }),
    'The ConfigMap "x" is invalid: spec.a: Required value',
  ],
  [
    failure('Invalid', 'm', { kind: 'ConfigMap', name: 'x', causes: [...causes, { field: 'b', message: 'no' }] }),
    'The ConfigMap "x" is invalid: \n* spec.a: Required value\n* b: no',
  ],
  [failure('Invalid', 'why'), 'The request is invalid: why'],
  [
    new KctlError('usage', 'unknown flag: --x', { hint: "See 'kctl get --help' for usage." }),
    "error: unknown flag: --x\nSee 'kctl get --help' for usage.",
  ],
  [
    new KctlError('connection', 'Unable to connect to the server: EOF', { prefix: '' }),
    'Unable to connect to the server: EOF',
  ],
  [new KctlError('input', 'error: once'), 'error: once'],
  [failure('NotFound', '\u001b]0;title\u0007'), 'Error from server (NotFound): ^[]0;title\\x07'],
])('%#', (error, text) => {
  expect(formatError(error, 'kctl', 0)).toBe(text);
});

test('one of several is told without the word error, and a refused object in one line', () => {
  expect(formatListedError(new KctlError('input', 'the path "a" does not exist'), 'kctl', 0)).toBe(
    'the path "a" does not exist',
  );
  const invalid = failure('Invalid', 'ConfigMap "x" is invalid: [a, b]', { kind: 'ConfigMap', name: 'x', causes });
  expect(formatListedError(invalid, 'kctl', 0)).toBe('Error from server (Invalid): ConfigMap "x" is invalid: [a, b]');
});

test('other errors are defects; the stack comes with -v=8', () => {
  expect(formatError(new TypeError('x is undefined'), 'kctl', 0)).toBe(
    'error: x is undefined\nThis is a defect of kctl: run it again with -v=8 to see where.',
  );
  expect(formatError(new KctlError('usage', 'bad'), 'kctl', 8)).toMatch(/^error: bad\nKctlError: bad\n +at /);
});

test('our own advice on what kubectl words too is for people, not for scripts', () => {
  const error = new KctlError('config', 'context was not found', { hint: 'known contexts: a, b', prefix: '' });
  expect(formatError(error, 'kctl', 0)).toBe('context was not found');
  expect(formatError(error, 'kctl', 0, true)).toBe('context was not found\nknown contexts: a, b');
  const usage = new KctlError('usage', 'bad', { hint: 'See help' });
  expect(formatError(usage, 'kctl', 0)).toBe('error: bad\nSee help');
});

import { expect, test } from 'vitest';
import { commandFailure } from '../../../src/kube/streams/command-status.ts';

const exit = (message: string) =>
  JSON.stringify({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message }] },
  });

test('the outcome of a command', () => {
  expect(commandFailure('')).toBeUndefined();
  expect(commandFailure('{"status":"Success"}')).toBeUndefined();
  expect(commandFailure(exit('7'))).toMatchObject({
    message: 'command terminated with exit code 7',
    exitCode: 7,
    prefix: '',
  });
});

test.each([
  ['nonsense', /^error stream protocol error: invalid status/],
  [exit('many'), /invalid exit code value "many"/],
  [exit('300'), /invalid exit code value "300"/],
  ['{"status":"Failure","reason":"NonZeroExitCode"}', /details must be set/],
  ['{"status":"Failure","reason":"NonZeroExitCode","details":{}}', /no ExitCode cause given/],
  ['{"status":"Odd"}', /unknown error/],
  ['{"status":"Failure","message":"container not found"}', /^container not found$/],
])('%s', (text, words) => {
  expect(commandFailure(text)).toMatchObject({ message: expect.stringMatching(words), exitCode: 1 });
});

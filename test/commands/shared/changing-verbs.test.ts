import { describe, expect, it } from 'vitest';
import { commandTable } from '../../../src/commands/registry.ts';
import { asksForName, changesObjects } from '../../../src/commands/shared/changing-verbs.ts';

describe('what a protected context asks', () => {
  it.each([
    ['delete', {}, true],
    ['drain', {}, true],
    ['apply', {}, true],
    ['set image', {}, true],
    ['rollout undo', {}, true],
    ['scale', { replicas: 0 }, true],
    ['scale', { replicas: 3 }, false],
    ['create configmap', {}, false],
    ['uncordon', {}, false],
    ['get', {}, false],
    ['rollout status', {}, false],
    ['delete', { preview: true }, false],
    ['delete', { 'dry-run': 'server' }, false],
    ['delete', { 'dry-run': 'none' }, true],
    ['delete', { 'dry-run': 'false' }, true],
    ['set image', { local: true }, false],
    ['undo', { list: true }, false],
  ])('%s %j: %s', (verb, flags, asks) => {
    expect(asksForName(verb, flags)).toBe(asks);
  });

  it('knows every verb by the name that the table of commands has', () => {
    const paths = (entries: typeof commandTable, above = ''): string[] =>
      entries.flatMap(({ name, load, subcommands = [] }) => [
        ...(load ? [`${above}${name}`] : []),
        ...paths(subcommands, `${above}${name} `),
      ]);
    const reading = paths(commandTable).filter((path) => !changesObjects(path));
    // Verbs of these kinds that are not in the table would be neither asked about nor journalled.
    expect(
      reading.filter((path) => /^(create|set|delete|apply|edit|patch|replace|scale|label|taint)\b/.test(path)),
    ).toEqual(['apply view-last-applied']);
  });
});

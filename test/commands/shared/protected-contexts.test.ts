import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { isProtected } from '../../../src/settings/protected.ts';
import { type Routes, run as runCommand } from '../fake-cluster.ts';

const home = mkdtempSync(join(tmpdir(), 'kctl-protected-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const env = { KCTL_HOME: home, HOME: home, KCTL_JOURNAL: '0' };
const path = '/api/v1/namespaces/default/pods/a';
const routes: Routes = { [`DELETE ${path}`]: { kind: 'Status', status: 'Success' } };
const remove = ['delete', 'pod', 'a', '--wait=false'];
const run = (line: string[], options: object = {}) => runCommand(line, routes, { tool: 'kctl', env, ...options });

describe('a protected context', () => {
  beforeEach(async () => {
    writeFileSync(join(home, 'settings.json'), '{"mine": 1}');
    await run(['config', 'protect', 'te*']);
  });

  it('refuses changes where nobody can be asked, before anything is sent', async () => {
    const { stderr, code, requests } = await run(remove);
    expect(stderr).toContain(
      `error: the context "test" is protected: 'kctl delete' changes nothing there without its name`,
    );
    expect(code).toBe(1);
    expect(requests).toEqual([]);
  });

  it('lets through who names it, and nobody who names another', async () => {
    expect((await run([...remove, '--confirm-context=test'])).stdout).toBe('pod "a" deleted\n');
    const other = await run([...remove, '--confirm-context=prod']);
    expect(other.stderr).toContain('--confirm-context names "prod", but the context is "test"');
    expect(other.requests).toEqual([]);
  });

  it('lets reading, rehearsals and kubectl alone', async () => {
    expect((await run([...remove, '--dry-run=server'])).code).toBe(0);
    expect((await run(['get', 'pod', 'b'])).stderr).toContain('NotFound');
    expect((await run(remove, { tool: 'kubectl' })).stdout).toBe('pod "a" deleted\n');
  });

  it('is as any other once it is not protected any more; other settings stay', async () => {
    expect((await run(['config', 'protect'])).stdout).toBe('te*\n');
    await run(['config', 'unprotect', 'te*']);
    expect((await run(['config', 'protect'])).stdout).toBe('');
    expect((await run(remove)).code).toBe(0);
    const { readFileSync } = await import('node:fs');
    expect(JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'))).toEqual({ mine: 1, protected: [] });
  });

  it('does not lose its protection to settings that cannot be read', async () => {
    writeFileSync(join(home, 'settings.json'), '{"protected": "test"}');
    const { stderr, requests } = await run(remove);
    expect(stderr).toContain('"protected" has to be a list of names');
    expect(requests).toEqual([]);
  });
});

it.each([
  ['prod', 'prod', true],
  ['prod', 'prod-2', false],
  ['prod-*', 'prod-eu', true],
  ['arn:aws:eks:*:cluster/prod', 'arn:aws:eks:eu:1:cluster/prod', true],
  ['p.od', 'prod', false],
  ['*', '', false],
])('the pattern %s and the context %s: %s', (pattern, name, is) => {
  expect(isProtected(name, [pattern])).toBe(is);
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { k9sFolders } from '../../../src/commands/import/k9s/find.ts';
import { skinToTheme } from '../../../src/commands/import/k9s/skin-to-theme.ts';
import { readUserFiles } from '../../../src/settings/read-user-files.ts';
import { contrast, parseColor } from '../../../src/theme/color.ts';
import { readTheme } from '../../../src/theme/load-theme.ts';
import { run } from '../fake-cluster.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'k9s');
let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-import-'));
  env = { HOME: home, XDG_CONFIG_HOME: join(home, 'config') };
});
afterEach(() => rmSync(home, { recursive: true }));

const own = (...path: string[]) => join(home, 'config', 'kctl', ...path);
const importing = (...flags: string[]) => run(['import', 'k9s', `--from=${fixtures}`, ...flags], {}, { env });

test('takes along what k9s has, and the dashboard reads it', async () => {
  const { stdout, code } = await importing();
  expect(code).toBe(0);
  const all = readUserFiles(env, 'kind-dev');
  expect(all.settings).toEqual({ theme: 'night-harbour', crumbs: false, start: 'deploy' });
  expect(all.aliases).toEqual({ dp: 'apps/v1/deployments', broken: 'dp shop /fail' });
  expect(Object.keys(all.hotKeys)).toEqual(['shop-pods']);
  expect(Object.keys(all.plugins).sort()).toEqual(['count', 'odd', 'where']);
  expect(all.views['v1/pods']?.sortColumn).toBe('AGE:desc');
  const prod = readUserFiles(env, 'prod-admin');
  expect(prod.settings).toMatchObject({ theme: 'night-harbour', readOnly: true });
  expect(prod.aliases).toMatchObject({ money: 'v1/pods billing', dp: 'apps/v1/deployments' });
  expect(readFileSync(own('plugins.yaml'), 'utf8')).toContain('# kept as it is');
  expect(stdout).toContain('plugins.odd.argz: there is no such setting; did you mean "args"?');
  expect(stdout).toContain('k9s.imageScans has no counterpart');
  expect(stdout).toContain('there is no skin "not-there"');
  expect(all.jumps).toEqual({
    'argoproj.io/v1alpha1/applications': {
      targetGVR: 'apps/v1/deployments',
      labelSelector: 'app.kubernetes.io/instance={{.metadata.name}}',
    },
  });
});

test('makes a theme of a skin in which everything can be read, and tells what it changed', async () => {
  const { stdout } = await importing();
  const theme = readTheme('night-harbour', env);
  expect(theme.kind).toBe('dark');
  expect(theme.styles['view.title']).toEqual({ fg: parseColor('#87ceeb'), attributes: ['bold'] });
  for (const [token, style] of Object.entries(theme.styles)) {
    if (token === 'border' || !style.fg) continue;
    expect(contrast(style.fg, style.bg ?? parseColor('#282c34')!), token).toBeGreaterThanOrEqual(4.5);
  }
  expect(stdout).toMatch(/status\.error #8b0000 -> #\w{6} \(its contrast was 1\.\d : 1\)/);
  // `default` is the terminal's own: nothing is said of it.
  expect(theme.styles['status.warn']).toBeUndefined();
});

test('a dry run writes nothing; a second run finds everything there', async () => {
  expect((await importing('--dry-run')).stdout).toContain('aliases.yaml: would write');
  expect(existsSync(own())).toBe(false);
  await importing();
  const { stdout } = await importing();
  expect(stdout).not.toContain('wrote');
  expect(stdout).toContain('aliases.yaml: is there already');
});

test('keeps what the user has written, unless told otherwise', async () => {
  await importing();
  writeFileSync(own('aliases.yaml'), 'aliases: {mine: pods}\n');
  writeFileSync(own('settings.json'), JSON.stringify({ protected: ['prod'], dashboard: { start: 'svc' } }));
  expect((await importing()).stdout).toContain('aliases.yaml: is there and different: kept');
  expect(readUserFiles(env, 'x').aliases).toEqual({ mine: 'pods' });
  expect(JSON.parse(readFileSync(own('settings.json'), 'utf8'))).toMatchObject({
    protected: ['prod'],
    dashboard: { start: 'svc', theme: 'night-harbour' },
  });
  await importing('--force');
  expect(readUserFiles(env, 'x').aliases).toHaveProperty('dp');
});

test('says where it has looked in vain', async () => {
  expect((await run(['import', 'k9s'], {}, { env })).stderr).toContain('there is no folder of k9s');
  expect((await run(['import', 'k9s', '--from=/not/there'], {}, { env })).stderr).toContain(
    'there is no folder /not/there',
  );
  expect(k9sFolders({ K9S_CONFIG_DIR: '/mine' })).toEqual(['/mine']);
});

test('a light skin becomes a light theme', () => {
  const { text } = skinToTheme('day', { k9s: { body: { fgColor: 'white', bgColor: 'white' } } });
  expect(text).toContain('kind: light');
  const color = /text: "(#\w+)"/.exec(text)![1]!;
  expect(contrast(parseColor(color)!, parseColor('#f4f0e6')!)).toBeGreaterThanOrEqual(4.5);
});

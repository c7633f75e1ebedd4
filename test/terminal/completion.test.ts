import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kctl, type Sandbox, sandbox } from '../support/program.ts';
import { hasTmux, Terminal } from './tmux.ts';

const hasZsh = spawnSync('zsh', ['--version']).status === 0;
if (!hasZsh) console.warn('skipped: completion in zsh, which is not installed');

describe.skipIf(!hasTmux || !hasZsh)('TAB in a real zsh', () => {
  let box: Sandbox;
  let terminal: Terminal;
  beforeAll(async () => {
    box = sandbox();
    symlinkSync(kctl, join(box.home, 'kctl'));
    const contexts = ['alpha', 'arn:aws'].map((name) => `- name: ${name}\n  context: {cluster: a}\n`);
    writeFileSync(join(box.home, 'config'), `contexts:\n${contexts.join('')}`);
    writeFileSync(join(box.home, '_kctl'), box.kctl(['completion', 'zsh']).stdout);
    const env = { ...box.env, PATH: `${box.home}:${box.env.PATH}`, KUBECONFIG: join(box.home, 'config') };
    terminal = new Terminal({ columns: 80, rows: 12 }, env);
    terminal.type(`cd ${box.home}; zsh -f\n`);
    terminal.type("PS1='> '; autoload -Uz compinit && compinit -u; source ./_kctl; clear\n");
    await terminal.waitFor(/^> *$/m);
  });
  afterAll(() => {
    terminal?.close();
    box?.dispose();
  });

  test.each([
    ['kctl rollout resta', /^> kctl rollout restart $/m],
    ['kctl config use-context al', /^> kctl config use-context alpha $/m],
    ['kctl config use-context arn', /^> kctl config use-context arn(\\\\)?:aws $/m],
    ['kctl get --show-l', /^> kctl get --show-labels $/m],
    ['kctl get pods -o=yam', /^> kctl get pods -o=yaml $/m],
  ])('%s', async (line, completed) => {
    terminal.press('C-u');
    terminal.type(line);
    terminal.press('Tab');
    terminal.type('|');
    expect(await terminal.waitFor(new RegExp(completed.source.replace(' $', ' ?\\|'), 'm'))).toBeTruthy();
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kctl, realKubectl } from '../support/program.ts';

// A bash presses TAB: by kctl's own script, and by the one of the real kubectl with kctl in its place.

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-completion-'));
  for (const name of ['kctl', 'kubectl']) symlinkSync(kctl, join(home, name));
  const contexts = ['alpha', 'arn:aws'].map((name) => `- name: ${name}\n  context: {cluster: a}\n`);
  writeFileSync(join(home, 'config'), `contexts:\n${contexts.join('')}`);
  writeFileSync(join(home, 'web.yaml'), '');
  writeFileSync(join(home, 'web.txt'), '');
});
afterAll(() => rmSync(home, { recursive: true }));

/** What kubectl's script takes from the package bash-completion. */
const packageFunctions = `
_get_comp_words_by_ref() { cur=\${COMP_WORDS[COMP_CWORD]}; prev=\${COMP_WORDS[COMP_CWORD-1]}; words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
__ltrim_colon_completions() { :; }`;

/** The words that TAB offers at the end of a line whose words bash has cut like this. */
function press(script: string, tool: string, words: readonly string[], line = words.join(' ')): string[] {
  const program = `${script}
compopt() { :; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9 COMP_POINT=\${#COMP_LINE} COMPREPLY=()
__start_${tool}
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { PATH: `${home}:${process.env.PATH}`, HOME: home, KUBECONFIG: join(home, 'config'), COMP_LINE: line };
  const out = execFileSync('bash', ['-c', program, 'bash', ...words], { cwd: home, env, encoding: 'utf8' });
  return out
    .split('\n')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

const ownScript = (tool: string) => execFileSync(join(home, tool), ['completion', 'bash'], { encoding: 'utf8' });

describe.each(['kctl', 'kubectl'])('the script of %s', (tool) => {
  test.each([
    [['rollout', 're'], undefined, ['restart', 'resume']],
    [['config', 'use-context', 'al'], undefined, ['alpha']],
    [['config', 'use-context', 'arn', ':'], `${tool} config use-context arn:`, ['aws']],
    [['get', 'pods', '-o', '=', 'ya'], `${tool} get pods -o=ya`, ['yaml']],
    [['get', '--show-l'], undefined, ['--show-labels']],
    [['apply', '-f', 'w'], undefined, ['web.yaml']],
    [['get', "'po", ''], `${tool} get 'po `, []],
  ])('%j', (words, line, offered) => {
    expect(press(ownScript(tool), tool, [tool, ...words], line)).toEqual(offered);
  });
});

test.each(['zsh', 'fish', 'powershell'])('the script for %s asks the program by its name', (shell) => {
  const script = execFileSync(join(home, 'kubectl'), ['completion', shell], { encoding: 'utf8' });
  expect(script).toContain('__complete');
  expect(script).not.toContain('kctl');
});

const kubectl = realKubectl(32);
describe.runIf(kubectl)('the script of the real kubectl', () => {
  test.each([
    [
      ['rollout', 're'],
      ['restart', 'resume'],
    ],
    [['config', 'use-context', 'al'], ['alpha']],
    [['get', '--show-l'], ['--show-labels']],
    [['apply', '-f', 'w'], ['web.yaml']],
  ])('%j', (words, offered) => {
    const script = execFileSync(kubectl!, ['completion', 'bash'], { encoding: 'utf8' });
    const filter = '_filedir() { COMPREPLY=($(compgen -f -X "!*.@(json|yaml|yml)" -- "$cur")); }; shopt -s extglob';
    const offers = press(`${packageFunctions}\n${filter}\n${script}`, 'kubectl', ['kubectl', ...words]);
    // With descriptions in brackets, where there are several.
    expect(offers.map((word) => word.split(' ')[0])).toEqual(offered);
  });
});

const has = (shell: string): boolean => {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  if (!isThere) console.warn(`skipped: completion in ${shell}, which is not installed`);
  return isThere;
};
const inShell = (shell: string, args: readonly string[]) => {
  const env = { ...process.env, PATH: `${home}:${process.env.PATH}`, HOME: home, KUBECONFIG: join(home, 'config') };
  return execFileSync(shell, args, { cwd: home, env, encoding: 'utf8' }).split('\n').filter(Boolean);
};

describe.runIf(has('fish'))('in a real fish', () => {
  test.each([
    ['rollout re', ['restart\tRestart a resource', 'resume\tResume a paused resource']],
    ['config use-context ', ['alpha', 'arn:aws']],
    ['get pods -o=ya', ['-o=yaml']],
    ['get --show-l', ['--show-labels\tPrint all labels in a last column.']],
    ['get "nope', []],
  ])('%s', (line, offered) => {
    writeFileSync(join(home, 'kctl.fish'), inShell('kctl', ['completion', 'fish']).join('\n'));
    const press = `source kctl.fish; complete -C '${`kctl ${line}`}'`;
    expect(inShell('fish', ['--no-config', '-c', press])).toEqual(offered);
  });
});

describe.runIf(has('pwsh'))('in a real PowerShell', () => {
  test.each([
    ['rollout re', ['restart', 'resume']],
    ['config use-context al', ['alpha']],
    ['get --show-l', ['--show-labels']],
  ])('%s', (line, offered) => {
    writeFileSync(join(home, 'kctl.ps1'), inShell('kctl', ['completion', 'powershell']).join('\n'));
    const typed = `kctl ${line}`;
    const press = `. ./kctl.ps1; (TabExpansion2 '${typed}' ${typed.length}).CompletionMatches.CompletionText.Trim()`;
    expect(inShell('pwsh', ['-NoProfile', '-NonInteractive', '-Command', press])).toEqual(offered);
  });
});

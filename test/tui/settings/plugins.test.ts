// biome-ignore-all lint/suspicious/noTemplateCurlyInString: those are what plugins write
import { afterEach, describe, expect, test } from 'vitest';
import { noUserFiles } from '../../../src/settings/read-user-files.ts';
import type { Plugin } from '../../../src/settings/user-files.ts';
import { pluginCommands, runCommands } from '../../../src/tui/settings/run-plugin.ts';
import { fillIn, scriptWithEnvironment, wordsOf } from '../../../src/tui/settings/variables.ts';
import { type FakeCluster, fakeCluster, podRow } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let screen: TestScreen | undefined;
afterEach(() => screen?.close());

const hostile = `x'; touch /tmp/never; echo "$(id)" \`id\` #`;

describe('variables', () => {
  test.each([
    ['$NAME in $NAMESPACE', 'web-1 in shop'],
    ['${NAME}x', 'web-1x'],
    ['$COL-STATUS', 'Running'],
    ['$COL-%CPU/R', '12'],
    ['$!INPUT_FAST', 'false'],
    ['$UNKNOWN $5 $', '$UNKNOWN $5 $'],
  ])('%s', (template, filled) => {
    const variables = {
      NAME: 'web-1',
      NAMESPACE: 'shop',
      'COL-STATUS': 'Running',
      'COL-%CPU/R': '12',
      INPUT_FAST: 'true',
    };
    expect(fillIn(template, variables)).toBe(filled);
  });

  test('words keep what quotes hold together, and mean nothing else', () => {
    expect(wordsOf(`jq -r '.a | .b' "x \\"y" a\\ b; $(id)`)).toEqual(['jq', '-r', '.a | .b', 'x "y', 'a b;', '$(id)']);
  });
});

/** Runs a script as a plugin does, with a value that would be dangerous as code. */
async function shell(script: string, value = hostile): Promise<string> {
  const plugin: Plugin = { shortCut: 'x', command: 'sh', args: ['-c', script] };
  const { services } = fakeCluster();
  const real = { ...services, env: { PATH: process.env['PATH'] } };
  return (await runCommands(pluginCommands(plugin, { NAME: value }), real, 'kept')).output;
}

describe('a shell of the user never reads a value as code', () => {
  test.each([
    ['in double quotes', 'printf %s "$NAME"'],
    ['in single quotes', "printf %s '$NAME'"],
    ['in braces', 'printf %s "${NAME}"'],
    ['behind a remark with a quote', `# don't\nprintf %s "$NAME"`],
    ['within a text', `printf %s "<$NAME>" | tr -d '<>'`],
  ])('%s', async (_, script) => {
    expect(await shell(script)).toBe(hostile);
  });

  test('its own variables stay its own', async () => {
    expect(await shell('A=1; echo $A ${NAME}', 'web')).toBe('1 web\n');
    expect(scriptWithEnvironment('echo $HOME', { NAME: 'x' })).toEqual({ script: 'echo $HOME', env: {} });
  });

  test('a shell in another place gets plain words only', () => {
    const plugin: Plugin = { shortCut: 'x', command: 'ssh', args: ['host', 'sh', '-c', 'echo $NAME'] };
    expect(pluginCommands(plugin, { NAME: 'web-1' })[0]!.words.at(-1)).toBe('echo web-1');
    expect(() => pluginCommands(plugin, { NAME: hostile })).toThrow('has signs that the shell would read as code');
  });

  test('arguments are what they are', () => {
    const [first] = pluginCommands({ shortCut: 'x', command: 'echo', args: ['a $NAME'] }, { NAME: hostile });
    expect(first!.words).toEqual(['echo', `a ${hostile}`]);
  });
});

describe('programs', () => {
  const real = (cluster = fakeCluster()) => ({ ...cluster.services, env: { PATH: process.env['PATH'] } });

  test('run one after the other, each fed by the one before', async () => {
    const plugin: Plugin = { shortCut: 'x', command: 'printf', args: ['b\\na\\n'], pipes: ['sort', 'tr a-z A-Z'] };
    expect(await runCommands(pluginCommands(plugin, {}), real(), 'kept')).toEqual({ code: 0, output: 'A\nB\n' });
  });

  test('kubectl is this program, on the open connection', async () => {
    const cluster = fakeCluster();
    cluster.answers.set('get pods', { code: 0, stdout: 'one\ntwo\n', stderr: '' });
    const plugin: Plugin = { shortCut: 'x', command: 'kubectl', args: ['get', 'pods'], pipes: ['wc -l'] };
    const { output } = await runCommands(pluginCommands(plugin, {}), real(cluster), 'kept');
    expect(output.trim()).toBe('2');
    expect(cluster.commands).toEqual(['get pods']);
  });

  test('that are not there say so; the end of one is told', async () => {
    const missing = pluginCommands({ shortCut: 'x', command: 'no-such-program' }, {});
    await expect(runCommands(missing, real(), 'kept')).rejects.toThrow('no-such-program: there is no such program');
    const failing = pluginCommands({ shortCut: 'x', command: 'sh', args: ['-c', 'echo oops >&2; exit 3'] }, {});
    expect(await runCommands(failing, real(), 'kept')).toEqual({ code: 3, output: 'oops\n' });
  });
});

async function open(
  plugins: Record<string, Plugin>,
  readOnly = false,
): Promise<{ s: TestScreen; cluster: FakeCluster }> {
  const cluster = fakeCluster([podRow('shop', 'api-1'), podRow('shop', 'web-1')]);
  screen = await renderTest({
    cols: 110,
    rows: 30,
    cluster,
    userFiles: () => ({ ...noUserFiles, plugins, settings: readOnly ? { readOnly } : {} }),
  });
  return { s: screen, cluster };
}

describe('on the dashboard', () => {
  const where: Plugin = {
    shortCut: 'Shift-H',
    description: 'Where it runs',
    scopes: ['po'],
    command: 'kubectl',
    background: true,
    args: ['get', 'pod', '$NAME', '-n', '$NAMESPACE'],
  };

  test('a program runs on what is selected, and its output is a page', async () => {
    const { s, cluster } = await open({ where });
    cluster.answers.set('get pod web-1 -n shop', { code: 0, stdout: 'NAME\n\u001b[31mweb-1\n', stderr: '' });
    await s.press('j', 'shift-h');
    await s.waitFor('output(Where it runs)');
    expect(cluster.commands).toEqual(['get pod web-1 -n shop']);
    expect(s.text()).toContain('web-1');
    await s.press('esc', '?');
    await s.waitFor('Where it runs');
  });

  test('is not there for other kinds, and its key means there what it means', async () => {
    const { s } = await open({ where: { ...where, scopes: ['services'] } });
    await s.press('shift-h');
    expect(s.text()).toContain('pods(shop)');
  });

  test('asks for what it needs, and shows the command where it has to be confirmed', async () => {
    const asking: Plugin = {
      ...where,
      confirm: true,
      args: ['get', 'pod', '$NAME', '--tail', '$INPUT_LINES', '$INPUT_HOW'],
      inputs: [
        { name: 'lines', label: 'Lines', type: 'number', required: true },
        { name: 'how', type: 'dropdown', options: ['fast', 'slow'], default: 'slow' },
      ],
    };
    const { s, cluster } = await open({ asking });
    await s.press('shift-h');
    expect(s.text()).toContain("kubectl get pod api-1 --tail '$INPUT_LINES' '$INPUT_HOW'");
    expect(s.text()).toContain('< slow >');
    await s.type('x');
    await s.press('tab', 'tab', 'tab', 'enter');
    expect(s.text()).toContain('this has to be a number');
    await s.press('backspace');
    await s.type('20');
    await s.press('tab', 'tab', 'tab', 'enter');
    await s.settle();
    expect(cluster.commands).toEqual(['get pod api-1 --tail 20 slow']);
  });

  test('dangerous ones are refused in read-only mode', async () => {
    const { s, cluster } = await open({ where: { ...where, dangerous: true } }, true);
    await s.press('shift-h');
    expect(s.text()).toContain('read-only');
    expect(cluster.commands).toEqual([]);
  });

  test('a key that k9s has is theirs with override only', async () => {
    const { s } = await open({ where: { ...where, shortCut: 'd' } });
    expect(s.text()).toContain('plugins.yaml plugins.where: d means describe already; "override: true" takes it');
    await s.press('d');
    expect(s.text()).toContain('describe(');
  });

  test('what fails is told', async () => {
    const { s, cluster } = await open({ where: { ...where, overwriteOutput: true } });
    cluster.answers.set('get pod api-1 -n shop', { code: 1, stdout: '', stderr: 'error: no\n' });
    await s.press('shift-h');
    await s.waitFor('Where it runs ended with 1: error: no');
  });
});

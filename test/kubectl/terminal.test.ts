import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { drivenTests } from '../support/kubectl.ts';
import { eventually, realKubectl } from '../support/program.ts';
import { hasTmux, Terminal } from '../terminal/tmux.ts';

const kubectl = realKubectl() ?? '';

if (!hasTmux) console.warn('skipped: the real kubectl in a terminal, for tmux is not installed');

/** How clients of today and those before them reach a pod; a client that falls back would hide what is broken. */
const ways = [
  ['websocket', {}],
  ['spdy', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
] as const;

drivenTests('the real kubectl and the programs of pods', (cluster) => {
  const { ok } = cluster;
  const speed = (times: number) => ok('create --raw /kctl/v1/clock/speed -f -', JSON.stringify({ speed: times }));
  const podOf = (name: string, container: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 0, restartPolicy: 'Never', containers: [{ name: 'main', ...container }] },
  });
  const busybox = { image: 'busybox:1.36' };

  beforeAll(async () => {
    const items = [
      podOf('shell', { ...busybox, command: ['sleep', 'infinity'] }),
      ...ways.map(([way]) => podOf(`typed-${way}`, { ...busybox, command: ['sh'], stdin: true, tty: true })),
      podOf('web-a', { image: 'nginx:1.27', ports: [{ containerPort: 80 }] }),
      podOf('web-b', { image: 'nginx:1.27', ports: [{ containerPort: 80 }] }),
    ];
    await ok('apply -f -', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    // Of pulls nothing is wanted here but that they end.
    await speed(20);
    await ok('wait --for=condition=Ready pods --all --timeout=40s');
    await speed(1);
  });

  describe.skipIf(!hasTmux).each(ways)('in a terminal, over %s', (way, env) => {
    let terminal: Terminal | undefined;
    afterEach(() => terminal?.close());
    const opened = async () => {
      terminal = new Terminal(
        { columns: 100, rows: 30 },
        { PATH: process.env.PATH ?? '', HOME: cluster.home, KUBECONFIG: join(cluster.home, 'kubeconfig'), ...env },
      );
      // What is typed before the shell is there comes out wrong.
      await terminal.waitFor(/^\$ *$/m);
      return terminal;
    };

    test('exec -it: a prompt, a size that follows the window, interrupts, and the way out', async () => {
      const screen = await opened();
      screen.type(`${kubectl} exec -it shell -- sh; echo "left with $?"`);
      screen.press('Enter');
      await screen.waitFor(/^\/ # *$/m);
      screen.type('stty size; hostname');
      screen.press('Enter');
      await screen.waitFor(/^30 100\nshell$/m);
      screen.resize(90, 20);
      screen.type('until [ "$(stty size)" = "20 90" ]; do sleep 0.1; done; echo "resized"');
      screen.press('Enter');
      await screen.waitFor(/^resized\n\/ #/m);
      screen.type('echo asleep; sleep 1000');
      screen.press('Enter');
      await screen.waitFor(/^asleep$/m);
      screen.press('C-c');
      await screen.waitFor(/^\^C\n\/ # *$/m);
      screen.type('echo code $?');
      screen.press('Enter');
      await screen.waitFor(/^code 130$/m);
      screen.type('exit 7');
      screen.press('Enter');
      await screen.waitFor(/^command terminated with exit code 7\nleft with 7$/m);
    }, 60_000);

    test('attach -it reaches the program that runs, which ends with it', async () => {
      const screen = await opened();
      screen.type(`${kubectl} attach -it typed-${way}`);
      screen.press('Enter');
      await screen.waitFor(/If you don't see a command prompt, try pressing enter/);
      screen.press('Enter');
      await screen.waitFor(/^\/ # *$/m);
      screen.type('echo $((6 * 7)) | tee /tmp/told');
      screen.press('Enter');
      await screen.waitFor(/^42$/m);
      const exitCode = '{.status.containerStatuses[0].state.terminated.exitCode}';
      expect(await ok(`exec typed-${way} -- cat /tmp/told`)).toBe('42\n');
      screen.type('exit 3');
      screen.press('Enter');
      await ok(['wait', '--for=jsonpath={.status.phase}=Failed', `pod/typed-${way}`, '--timeout=30s']);
      expect(await ok(`get pod typed-${way} -o jsonpath=${exitCode}`)).toBe('3');
      // What was seen at the terminal is the log as well.
      expect(await ok(`logs typed-${way}`)).toContain('42');
    }, 60_000);

    test('debug -it opens a shell beside the container, on the network of its pod', async () => {
      const screen = await opened();
      screen.type(`${kubectl} debug -it shell --image=busybox:1.36 --target=main -c look-${way}; echo "left with $?"`);
      screen.press('Enter');
      await screen.waitFor(/If you don't see a command prompt, try pressing enter/);
      screen.press('Enter');
      await screen.waitFor(/^\/ # *$/m);
      screen.type('hostname -i');
      screen.press('Enter');
      const address = await ok('get pod shell -o jsonpath={.status.podIP}');
      await screen.waitFor(new RegExp(`^${address}\n/ #`, 'm'));
      screen.type('exit');
      screen.press('Enter');
      await screen.waitFor(/^left with 0$/m);
    }, 60_000);
  });

  test('logs -f follows what is said, and ends when the container does', async () => {
    const script = 'i=0; until [ -e /tmp/end ]; do i=$((i + 1)); echo line $i; sleep 0.2; done; echo the end';
    await ok('apply -f -', JSON.stringify(podOf('talker', { ...busybox, command: ['sh', '-c', script] })));
    await ok('wait --for=condition=Ready pod/talker --timeout=30s');
    let ended = false;
    const followed = ok('logs -f talker').finally(() => {
      ended = true;
    });
    await eventually(async () => /line 5/.test(await ok('logs talker')), 'some lines');
    expect(ended).toBe(false);
    await ok('exec talker -- touch /tmp/end');
    const lines = (await followed).trimEnd().split('\n');
    expect(lines.at(-1)).toBe('the end');
    expect(lines.slice(0, -1)).toEqual(lines.slice(0, -1).map((_, at) => `line ${at + 1}`));
    expect(lines.length).toBeGreaterThan(5);
    expect(await ok('logs talker')).toBe(await ok('logs -f talker'));
  }, 60_000);

  test.each(ways)('the way over %s is the one that is meant', async (way, env) => {
    const { stderr, code } = await cluster.k('exec --v=7 shell -- true', '', env);
    expect(code).toBe(0);
    // Only a WebSocket begins with a GET.
    expect(/(GET|POST)\W+(?:url=")?https:\S+\/pods\/shell\/exec\?/.exec(stderr)?.[1]).toBe(
      way === 'spdy' ? 'POST' : 'GET',
    );
  });

  test.each(ways)(
    'cp both ways over %s, of files and of folders, by the tar of the container',
    async (way, env) => {
      const there = `/tmp/${way}`;
      const run = (command: string) => ok(['exec', 'shell', '--', 'sh', '-c', command], '', env);
      const content = Array.from({ length: 5000 }, (_, at) => `row ${at}\n`).join('');
      cluster.file(`${way}.txt`, content);
      await run(`mkdir -p ${there}/d/e; echo deep > ${there}/d/e/f`);
      await ok(`cp ${way}.txt shell:${there}/rows.txt`, '', env);
      expect(await run(`wc -l < ${there}/rows.txt; tail -n 1 ${there}/rows.txt`)).toMatch(/^ *5000\nrow 4999\n$/);
      await ok(`cp shell:${there}/rows.txt ${way}-back.txt`, '', env);
      await ok(`cp shell:${there}/d ${way}-copied`, '', env);
      expect(readFileSync(join(cluster.home, `${way}-back.txt`), 'utf8')).toBe(content);
      expect(readFileSync(join(cluster.home, `${way}-copied`, 'e', 'f'), 'utf8')).toBe('deep\n');
    },
    60_000,
  );

  test.each(ways)(
    'port-forward over %s: curl reaches the pod that was named, by its own port',
    async (_way, way) => {
      const forwards = ['web-a', 'web-b'].map((name) => {
        const own = { PATH: process.env.PATH ?? '', HOME: cluster.home, KUBECONFIG: join(cluster.home, 'kubeconfig') };
        const env = { ...own, ...way };
        const child = spawn(kubectl, ['port-forward', `pod/${name}`, ':80'], { env });
        const said = { out: '' };
        child.stdout.on('data', (data) => {
          said.out += data;
        });
        return { name, child, said };
      });
      try {
        for (const { name, said } of forwards) {
          const port = await eventually(() => /127\.0\.0\.1:(\d+)/.exec(said.out)?.[1], `the forward to ${name}`);
          const answer = await curl(`http://127.0.0.1:${port}/`);
          expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
          expect(answer).toContain(name);
          expect(answer).not.toContain(name === 'web-a' ? 'web-b' : 'web-a');
          expect(said.out).toContain('Handling connection for');
        }
      } finally {
        for (const { child } of forwards) child.kill();
      }
    },
    60_000,
  );
});

const curl = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn('curl', ['-sSi', '--max-time', '20', url]);
    let out = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`curl ended with ${code}`))));
  });

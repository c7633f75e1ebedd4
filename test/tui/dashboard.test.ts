import { afterEach, describe, expect, test } from 'vitest';
import { ApiStatusError } from '../../src/api/status.ts';
import { KctlError } from '../../src/lib/errors.ts';
import { changes, type FakeCluster, fakeCluster, podRow, putObject, start } from './fake-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let screen: TestScreen | undefined;

afterEach(() => {
  screen?.close();
  screen = undefined;
});

function shop(): FakeCluster {
  return fakeCluster([
    podRow('shop', 'api-7d9f-abcde', { ageSeconds: 30 }),
    podRow('shop', 'web-5c6b-fghij', { labels: { app: 'web' } }),
    podRow('shop', 'cart-0', { ready: '0/1', status: 'CrashLoopBackOff', restarts: '7 (20m ago)' }),
    podRow('shop', 'db-0', { ready: '0/1', status: 'Pending' }),
    podRow('billing', 'worker-1', { ageSeconds: 90_000 }),
  ]);
}

async function open(cluster = shop(), cols = 80, rows = 24, extra = {}): Promise<TestScreen> {
  screen = await renderTest({ cols, rows, cluster, ...extra });
  return screen;
}

const row = (s: TestScreen, text: string) => s.lines().find((line) => line.includes(text)) ?? '';
const selected = (s: TestScreen) => s.lines().find((line) => line.startsWith('>')) ?? '';
const body = (s: TestScreen) =>
  s
    .lines()
    .slice(2, -2)
    .filter((line) => line !== '');
const pods = (cluster: FakeCluster) => cluster.tables.get('pods')!;

describe('the table', () => {
  test('fills 80×24: header, title, rows, trail and hints', async () => {
    const s = await open();
    const lines = s.lines();
    expect(lines).toHaveLength(24);
    expect(lines.slice(0, 9)).toMatchInlineSnapshot(`
      [
        " Context kind-dev  Cluster kind-dev  User admin                          ● live",
        " kctl 0.0.0-source  Server v1.36.0  Nodes 0  CPU n/a  MEM n/a  API 0/min",
        "─ pods(shop)[4] ─────────────────────────────────────────────── ! 1 in trouble ─",
        "    NAME↑           READY   STATUS            RESTARTS     AGE",
        ">   api-7d9f-abcde  1/1     Running           0            30s                  ",
        "  x cart-0          0/1     CrashLoopBackOff  7 (20m ago)  60m",
        "  ~ db-0            0/1     Pending           0            60m",
        "    web-5c6b-fghij  1/1     Running           0            60m",
        "",
      ]
    `);
    expect(lines.slice(-3)).toMatchInlineSnapshot(`
      [
        "",
        " pods",
        " d Describe  l Logs  y YAML  s Shell  Ctrl-D Delete  : Go to  / Filter  ? Help",
      ]
    `);
  });

  test('uses the room of 200×50 for the header', async () => {
    const s = await open(shop(), 200, 50);
    expect(s.lines().slice(0, 7)).toMatchInlineSnapshot(`
      [
        " Context kind-dev                  Server v1.36.0                   API     0/min        0 all                                                                                                   ● live",
        " Cluster kind-dev                  Nodes  0                         IN      0B/min    ",
        " User    admin                     CPU    n/a                       Watches 0         ",
        " kctl    0.0.0-source              MEM    n/a                     ",
        "─ pods(shop)[4] ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── ! 1 in trouble · wide ─",
        "    NAME↑           READY   STATUS            RESTARTS     AGE    IP          NODE",
        ">   api-7d9f-abcde  1/1     Running           0            30s    10.244.0.7  kind-worker                                                                                                               ",
      ]
    `);
    expect(s.lines()[49]).toContain('? Help');
  });

  test('keeps the cursor on its object, whatever comes and goes', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('j', 'down');
    expect(selected(s)).toContain('db-0');
    await s.press('shift-g');
    expect(selected(s)).toContain('web-5c6b');
    await s.press('k');
    pods(cluster).change('ADDED', podRow('shop', 'aaa-first'));
    await s.settle();
    expect(selected(s)).toContain('db-0');
    pods(cluster).change('DELETED', podRow('shop', 'db-0'));
    await s.settle();
    expect(selected(s)).toMatch(/^>† +db-0 +deleted/);
    cluster.timing.advance(500);
    await s.settle();
    expect(selected(s)).toContain('web-5c6b');
    await s.press('g');
    expect(selected(s)).toContain('aaa-first');
  });

  test('ages go on without any event, and nothing is drawn in between', async () => {
    const cluster = shop();
    const s = await open(cluster);
    expect(row(s, 'api-7d9f')).toMatch(/3\ds/);
    cluster.timing.advance(60_000);
    await s.settle();
    expect(row(s, 'api-7d9f')).toMatch(/9\ds/);
    const { writes } = s.stdout;
    cluster.timing.advance(90);
    await s.settle();
    const drawn = s.stdout.writes - writes;
    expect(drawn).toBeLessThan(8);
  });

  test('pages, wheel and clicks', async () => {
    const cluster = fakeCluster(Array.from({ length: 100 }, (_, index) => podRow('shop', `pod-${index}`)));
    const s = await open(cluster);
    await s.press('pagedown');
    expect(selected(s)).toContain('pod-17 ');
    await s.press('ctrl-b');
    expect(selected(s)).toContain('pod-0 ');
    await s.type('\u001b[<65;5;10M');
    expect(selected(s)).toContain('pod-3 ');
    await s.type('\u001b[<0;5;6M');
    expect(selected(s)).toContain('pod-1 ');
    await s.press('end');
    expect(selected(s)).toContain('pod-99 ');
  });

  test('sorts by keys and by the column under the column cursor', async () => {
    const s = await open();
    const order = () =>
      body(s)
        .slice(2)
        .map((line) => line.slice(4).split(' ')[0]);
    await s.press('shift-a');
    expect(row(s, 'AGE')).toContain('AGE↑');
    await s.press('shift-a');
    expect(row(s, 'AGE')).toContain('AGE↓');
    expect(order()).toContain('api-7d9f-abcde');
    await s.press('shift-n');
    expect(order()).toEqual(['api-7d9f-abcde', 'cart-0', 'db-0', 'web-5c6b-fghij']);
    await s.press('shift-n');
    expect(order()).toEqual(['web-5c6b-fghij', 'db-0', 'cart-0', 'api-7d9f-abcde']);
    await s.press('shift-left', 'shift-left');
    expect(s.text()).toContain('NAME↓');
    expect(s.text()).toContain('›RESTARTS');
    await s.press('shift-o');
    expect(s.text()).toContain('›RESTARTS↑');
    expect(order().at(-1)).toBe('cart-0');
    await s.press('shift-o');
    expect(s.text()).toContain('›RESTARTS↓');
    expect(order()[0]).toBe('cart-0');
  });

  test('Korean names line up', async () => {
    const s = await open(fakeCluster([podRow('shop', '한글-서비스'), podRow('shop', 'ascii'), podRow('shop', '🚀-x')]));
    const at = (name: string) => {
      const line = row(s, name);
      return [...line.slice(0, line.indexOf('1/1'))].reduce(
        (sum, char) => sum + (char.charCodeAt(0) > 0xff ? 2 : 1),
        0,
      );
    };
    expect([at('한글-서비스'), at('🚀-x')]).toEqual([at('ascii'), at('ascii')]);
  });

  test('text of the cluster never reaches the terminal raw', async () => {
    const s = await open(fakeCluster([podRow('shop', 'evil', { status: '\u001b[2J\u001b[31mboo\u0007' })]));
    expect(row(s, 'evil')).toContain('^[[2J^[[31mboo\\x07');
  });

  test('works without colours and says health with signs', async () => {
    const s = await open(shop(), 80, 24, { depth: 'none' });
    expect(s.hasColour()).toBe(false);
    expect(row(s, 'cart-0')).toMatch(/^ {2}x /);
    expect(selected(s)).toContain('api-7d9f');
  });

  test('marks rows and asks for all of them', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('space', 'space', 'ctrl-d');
    expect(s.text()).toContain('Delete 2 objects?');
    await s.press('right', 'enter');
    expect(changes(cluster)).toEqual([
      'delete pods/api-7d9f-abcde pods/cart-0 --cascade=background --wait=false -n shop',
    ]);
    expect(s.text()).toContain('Deleted 2 objects');
  });

  test('shows only faults, and the wide columns', async () => {
    const s = await open();
    await s.press('ctrl-z');
    expect(
      body(s)
        .slice(2)
        .map((line) => line.slice(4, 10).trim()),
    ).toEqual(['cart-0', 'db-0']);
    await s.press('ctrl-z', 'ctrl-w');
    expect(s.text()).toContain('→ 1 more column ');
    await s.press('right', 'right');
    expect(s.text()).toContain('NODE');
    expect(s.text()).toContain('cart-0');
    await s.press('left', 'left');
    expect(s.text()).not.toContain('NODE');
  });
});

describe('filter', () => {
  test('narrows while it is typed; Esc takes it back', async () => {
    const s = await open();
    await s.press('/');
    await s.type('web');
    expect(s.text()).toContain('pods(shop)[1/4] /web');
    expect(s.cursor()).toEqual({ x: 5, y: 23 });
    await s.press('enter');
    expect(body(s).slice(2)).toHaveLength(1);
    await s.press('esc');
    expect(s.text()).toContain('pods(shop)[4]');
  });

  test('the cursor stands behind Korean text, where an input method draws', async () => {
    const s = await open();
    await s.press('/');
    await s.type('파드');
    expect(s.cursor()).toEqual({ x: 6, y: 23 });
    expect(s.text()).toContain('None of 4 pods passes the filter "파드"');
    await s.press('left', 'backspace');
    expect(s.lines()[23]).toBe(' /드');
    await s.press('esc');
    expect(s.text()).toContain('pods(shop)[4]');
  });

  test('looks at what is on the screen, not at hidden columns', async () => {
    const s = await open();
    await s.press('/');
    await s.type('kind-worker\r');
    expect(s.text()).toContain('[0/4]');
    await s.press('ctrl-w');
    expect(s.text()).toContain('[4]');
  });

  test('holds from the start where a command brings it', async () => {
    const s = await open();
    await s.press(':');
    await s.type('po /crashloop\r');
    expect(s.text()).toContain('pods(shop)[1/4] /crashloop');
    expect(selected(s)).toContain('cart-0');
  });

  test('labels', async () => {
    const s = await open();
    await s.press('/');
    await s.type('-l app=web\r');
    expect(s.text()).toContain('[1/4]');
  });
});

describe('commands', () => {
  test('go to another kind, with completion', async () => {
    const s = await open();
    await s.press(':');
    await s.type('deploym');
    expect(s.lines()[23]).toBe(' :deployments');
    await s.press('tab', 'enter');
    expect(s.text()).toContain('deployments.apps(shop)[0]');
    expect(s.text()).toContain('No deployments.apps in namespace shop. 0 shows all namespaces.');
  });

  test('namespaces: all, one, and as a suffix', async () => {
    const s = await open();
    await s.press('0');
    expect(s.text()).toContain('pods(all)[5]');
    expect(s.text()).toContain('NAMESPACE');
    await s.press(':');
    await s.type('ns billing\r');
    expect(s.text()).toContain('pods(billing)[1]');
    await s.press(':');
    await s.type('po shop /web\r');
    expect(s.text()).toContain('pods(shop)[1/4] /web');
  });

  test('an unknown kind is a message, not the end', async () => {
    const s = await open();
    await s.press(':');
    await s.type('nonsense\r');
    expect(s.text()).toContain('the server doesn\'t have a resource type "nonsense"');
    expect(s.text()).toContain('pods(shop)[4]');
  });

  test('contexts are listed and switched', async () => {
    const s = await open();
    await s.press(':');
    await s.type('ctx\r');
    expect(s.text()).toContain('prod');
    await s.press('j', 'enter');
    await s.waitFor('Context prod');
    expect(s.text()).toContain('pods(default)');
  });

  test('themes change at once; q quits', async () => {
    const s = await open();
    await s.press(':');
    await s.type('theme monochrome\r');
    expect(s.hasColour()).toBe(false);
    await s.press('q');
    expect(s.quitCount()).toBe(1);
  });
});

describe('views of one object', () => {
  test('describe, and back to where the cursor was', async () => {
    const s = await open();
    await s.press('j', 'd');
    expect(s.text()).toContain('describe(pods shop/cart-0)');
    expect(s.text()).toContain('Name:             cart-0');
    expect(s.lines()[22]).toBe(' pods › describe');
    await s.press('esc');
    expect(selected(s)).toContain('cart-0');
  });

  test('YAML hides managed fields until asked', async () => {
    const cluster = shop();
    const metadata = { name: 'api-7d9f-abcde', namespace: 'shop', managedFields: [{ manager: 'kctl' }] };
    putObject(cluster, 'pods', { apiVersion: 'v1', kind: 'Pod', metadata });
    const s = await open(cluster);
    await s.press('y');
    expect(s.text()).toContain('name: api-7d9f-abcde');
    expect(s.text()).not.toContain('managedFields');
    await s.press('m');
    expect(s.text()).toContain('managedFields');
  });

  test('searching keeps what is around a match', async () => {
    const s = await open();
    await s.press('d', '/');
    await s.type('status\r');
    expect(s.text()).toContain('/status (1/1)');
    expect(s.text()).toContain('Namespace:');
  });

  test('a failure says what to do', async () => {
    const s = await open();
    await s.press('y');
    expect(s.text()).toContain('pods "api-7d9f-abcde" not found');
    expect(s.text()).toContain('ctrl-r');
    await s.press('esc');
    expect(s.text()).toContain('pods(shop)[4]');
  });

  test('help comes from the key map and gives reasons', async () => {
    const s = await open(shop(), 150, 90);
    await s.press('?');
    const text = s.text();
    expect(text).toContain('Ctrl-D Del');
    expect(text).toContain('Delete (asks first)');
    expect(text).toMatch(/Shift-R\s+Rollout \[not for pods\]/);
    expect(text).toContain(':KIND [NAMESPACE] [/FILTER]');
  });

  test('a key that cannot be used gives its reason', async () => {
    const s = await open();
    await s.press('shift-r');
    expect(s.text()).toContain('Shift-R Rollout: not for pods');
  });
});

describe('enter', () => {
  const pod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: name, resourceVersion: '1' },
    spec: {
      initContainers: [{ name: 'setup', image: 'busybox:1.36' }],
      containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }],
    },
    status: {
      initContainerStatuses: [
        { name: 'setup', ready: true, restartCount: 0, state: { terminated: { reason: 'Completed', exitCode: 0 } } },
      ],
      containerStatuses: [
        {
          name: 'web',
          ready: true,
          restartCount: 2,
          state: { running: { startedAt: new Date(start - 60_000).toISOString() } },
        },
      ],
    },
  });

  test('leads from a pod to containers to logs', async () => {
    const cluster = shop();
    putObject(cluster, 'pods', pod('api-7d9f-abcde'));
    cluster.logs.set(
      'api-7d9f-abcde/setup',
      '2026-11-21T11:00:00.5Z hello\n2026-11-21T11:00:01.5Z \u001b[31mERROR\u001b[0m bad\u0007 thing\n',
    );
    const s = await open(cluster, 120);
    await s.press('enter');
    expect(s.text()).toContain('containers(shop · pod/api-7d9f-abcde)[2]');
    expect(row(s, 'busybox:1.36')).toMatch(/1\s+setup\s+init\s+true\s+Completed\s+0/);
    expect(row(s, 'nginx:1.27')).toMatch(/web\s+main\s+true\s+Running\s+2\s+nginx:1.27\s+80\/TCP/);
    await s.press('enter');
    await s.waitFor('hello');
    expect(s.text()).toContain('logs(shop/api-7d9f-abcde:setup)[2]');
    expect(s.text()).toContain('ERROR bad\\x07 thing');
    expect(s.text()).not.toContain('2026-11-21T11');
    await s.press('t');
    expect(s.text()).toContain('2026-11-21T11:00:00.5Z hello');
    await s.press('/');
    await s.type('error\r');
    expect(s.text()).toContain('[1/2] /error');
    await s.press('esc', 'esc', 'esc');
    expect(s.lines()[22]).toBe(' pods');
  });

  test('shows layers of images, simulated ones marked', async () => {
    const cluster = shop();
    putObject(cluster, 'pods', pod('api-7d9f-abcde'));
    const layer = {
      digest: 'sha256:0123456789abcdef',
      sizeBytes: 31_000_000,
      instruction: 'ADD rootfs.tar / # buildkit',
    };
    cluster.images.set('nginx:1.27', {
      reference: 'docker.io/library/nginx:1.27',
      digest: 'sha256:feed',
      sizeBytes: 31_000_000,
      simulated: true,
      layers: [layer],
    });
    const s = await open(cluster);
    // Two containers: it asks whose image.
    await s.press('shift-i');
    await s.waitFor('Which image of api-7d9f-abcde');
    expect(s.text()).toContain('busybox:1.36');
    await s.press('enter');
    await s.waitFor('Image (simulated)');
    expect(s.text()).toContain('31MB');
    expect(s.text()).toContain('0123456789ab');
    expect(s.text()).toContain('ADD rootfs.tar');
    await s.press('tab');
    await s.waitFor('This image is simulated');
  });

  test('leads from a deployment to its pods', async () => {
    const cluster = shop();
    putObject(cluster, 'deployments.apps', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'web' } } },
    });
    const s = await open(cluster);
    cluster.services.tableSource((await cluster.services.cluster.discovery.resolve('deploy'))!, {});
    cluster.tables.get('deployments.apps')!.rows = [podRow('shop', 'web')];
    await s.press(':');
    await s.type('deploy\r');
    await s.press('enter');
    await s.waitFor('pods(shop · deployment/web)');
    expect(pods(cluster).scopes.at(-1)).toEqual({ namespace: 'shop', labelSelector: 'app=web' });
    await s.press('esc');
    expect(s.text()).toContain('deployments.apps(shop)');
  });
});

describe('delete', () => {
  test('asks with Cancel in focus', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('ctrl-d');
    expect(s.lines().slice(6, 16)).toMatchInlineSnapshot(`
      [
        " │                                                                            │",
        " │                                                                            │",
        " │ $ kctl delete pods/api-7d9f-abcde --cascade=background --wait=false -n sho │",
        " │ p                                                                          │",
        " │                                                                            │",
        " │   Dependents  < Background >                                               │",
        " │   Grace       < Default >                                                  │",
        " │ Ctrl-Y copies the command                                                  │",
        " │                          [>Cancel<]   [ Delete ]                           │",
        " └────────────────────────────────────────────────────────────────────────────┘",
      ]
    `);
    await s.press('enter');
    expect(s.text()).not.toContain('Delete?');
    expect(changes(cluster)).toEqual([]);
  });

  test('takes clicks on its fields and buttons, and nothing from beside them', async () => {
    const cluster = shop();
    const s = await open(cluster);
    const click = async (text: string) => {
      const y = s.lines().findIndex((line) => line.includes(text));
      await s.type(`\u001b[<0;${s.lines()[y]!.indexOf(text) + 2};${y + 1}M`);
    };
    await s.press('ctrl-d');
    await click('< Background >');
    expect(s.text()).toContain('< Foreground >');
    await click('pods shop/api');
    expect(s.text()).toContain('Delete?');
    await click('[ Delete ]');
    expect(changes(cluster)).toEqual(['delete pods/api-7d9f-abcde --cascade=foreground --wait=false -n shop']);
  });

  test('takes the choices along', async () => {
    const cluster = shop();
    const s = await open(cluster);
    await s.press('ctrl-d', 'k', 'right', 'k', 'right', 'tab', 'tab', 'tab', 'enter');
    expect(changes(cluster)).toEqual([
      'delete pods/api-7d9f-abcde --cascade=foreground --grace-period=0 --force --wait=false -n shop',
    ]);
    expect(s.text()).toContain('Deleted pods shop/api-7d9f-abcde');
  });
});

describe('the screen', () => {
  test('resizing leaves nothing behind', async () => {
    const s = await open(shop(), 100, 30);
    await s.resize(60, 12);
    await s.resize(120, 40);
    await s.resize(80, 24);
    const after = s.lines().map((line) => line.replace(/3\ds/, '30s'));
    s.close();
    screen = undefined;
    const fresh = await open();
    expect(after).toEqual(fresh.lines());
  });

  test('a narrow screen drops columns, not the name', async () => {
    const s = await open(shop(), 44, 14);
    expect(row(s, 'cart-0')).toContain('CrashLoop');
    expect(s.lines().every((line) => line.length <= 44)).toBe(true);
    expect(row(s, 'READY')).toContain('NAME');
    expect(s.text()).not.toContain('AGE');
  });

  test('says when it is too small, and recovers', async () => {
    const s = await open();
    await s.resize(30, 8);
    expect(s.text()).toContain('Too small: 30×8');
    await s.resize(80, 24);
    expect(s.text()).toContain('pods(shop)[4]');
  });

  test('ctrl-e hides the header', async () => {
    const s = await open();
    await s.press('ctrl-e');
    expect(s.lines()[0]).toContain('pods(shop)');
  });
});

describe('the connection', () => {
  test('is told at all times', async () => {
    const cluster = shop();
    const s = await open(cluster);
    expect(s.lines()[0]).toContain('● live');
    const error = new KctlError('connection', 'connection refused');
    pods(cluster).state({ phase: 'stale', since: cluster.timing.now(), error });
    await s.waitFor('reconnecting');
    expect(s.text()).toContain('pods(shop)[4]');
    pods(cluster).state({ phase: 'synced', since: cluster.timing.now() });
    await s.waitFor('● live');
  });

  test('a refusal is shown in the view with advice', async () => {
    const cluster = shop();
    const message = 'pods is forbidden: User "dev" cannot list resource "pods" in API group "" in the namespace "shop"';
    pods(cluster).error = new ApiStatusError({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      message,
    });
    const s = await open(cluster);
    expect(s.text()).toContain('x pods is forbidden: User "dev" cannot list resource "pods"');
    expect(s.text()).toContain(':ns NAME');
    expect(s.lines()[0]).toContain('✗ forbidden');
  });

  test('metrics are not asked for again where there are none', async () => {
    const cluster = shop();
    const s = await open(cluster);
    expect(s.text()).toContain('CPU n/a');
    cluster.timing.advance(600_000);
    await s.settle();
    const asked = cluster.requests.filter((path) => path.includes('metrics'));
    expect(asked.map((path) => path.split('/').at(-1)).sort()).toEqual(['nodes', 'pods']);
  });
});

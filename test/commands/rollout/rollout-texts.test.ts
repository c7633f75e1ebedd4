import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { historyTable } from '../../../src/commands/rollout/history.ts';
import { fitHeight, LinePainter } from '../../../src/commands/rollout/line-painter.ts';
import { podTemplateText } from '../../../src/commands/rollout/pod-template-text.ts';
import { ProgressLog } from '../../../src/commands/rollout/progress-log.ts';
import { rolloutLines } from '../../../src/commands/rollout/tree-lines.ts';
import type { TerminalWritable } from '../../../src/lib/io.ts';
import { RolloutStore } from '../../../src/store/rollout/rollout-store.ts';
import { RolloutJudge } from '../../../src/store/rollout/verdict.ts';
import { ManualTiming } from '../../store/manual-timing.ts';
import { at, deployment, pod, replicaSet } from '../../store/rollout/objects.ts';

test('history aligns as kubectl does', () => {
  expect(
    historyTable([
      { revision: 1, changeCause: '' },
      { revision: 12, changeCause: 'new logo' },
    ]),
  ).toBe('REVISION  CHANGE-CAUSE\n1         <none>\n12        new logo\n');
  expect(historyTable([])).toBe('No rollout history found.');
});

test('a pod template keeps its tabs', () => {
  const text = podTemplateText({
    metadata: { labels: { app: 'web', 'pod-template-hash': 'abc' }, annotations: { note: 'x' } },
    spec: {
      containers: [
        {
          name: 'nginx',
          image: 'nginx:1.27',
          ...{
            ports: [{ containerPort: 80 }],
            args: ['-g', 'daemon off;'],
            resources: { limits: { memory: '64Mi', cpu: '100m' } },
            readinessProbe: { httpGet: { path: '/', port: 80, scheme: 'HTTP' }, timeoutSeconds: 1 },
            env: [
              { name: 'A', value: '1' },
              { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
            ],
            volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
          },
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
      tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }],
    },
  });
  expect(text).toBe(
    [
      'Pod Template:',
      '  Labels:\tapp=web',
      '\tpod-template-hash=abc',
      '  Annotations:\tnote: x',
      '  Containers:',
      '   nginx:',
      '    Image:\tnginx:1.27',
      '    Port:\t80/TCP',
      '    Host Port:\t0/TCP',
      '    Args:',
      '      -g',
      '      daemon off;',
      '    Limits:',
      '      cpu:\t100m',
      '      memory:\t64Mi',
      '    Readiness:\thttp-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3',
      '    Environment:',
      '      A:\t1',
      "      B:\t<set to the key 'k' in secret 's'>\tOptional: false",
      '    Mounts:',
      '      /data from data (ro)',
      '  Volumes:',
      '   data:',
      "    Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
      '    Medium:\t',
      '    SizeLimit:\t<unset>',
      '  Node-Selectors:\t<none>',
      '  Tolerations:\tk:NoSchedule op=Exists',
      '',
    ].join('\n'),
  );
});

const now = Date.parse(at(200));
const image = 'shop/web:v2';

function storeWith(status: object, ...shapes: Parameters<typeof pod>[3][]) {
  const store = new RolloutStore(new ManualTiming());
  store.dispatch({
    type: 'list',
    kind: 'workload',
    objects: [deployment(image, { status: { observedGeneration: 2, ...status } })],
  });
  store.dispatch({
    type: 'list',
    kind: 'revision',
    objects: [replicaSet(1, 'shop/web:v1', 0), replicaSet(2, image, 3)],
  });
  store.dispatch({ type: 'list', kind: 'pod', objects: shapes.map((shape, i) => pod(`web-${i}`, 2, image, shape)) });
  store.flush();
  return store;
}

const running = { node: 'node-1', ready: true };
const message = 'Back-off pulling image "shop/web:v2": ErrImagePull: docker.io/shop/web:v2: not found';
const backOff = { node: 'node-2', state: { waiting: { reason: 'ImagePullBackOff', message } } };

describe('rollout watch', () => {
  test('draws the tree', () => {
    const store = storeWith({ replicas: 3, updatedReplicas: 3, availableReplicas: 1 }, running, { node: 'node-2' }, {});
    expect(rolloutLines(store.getSnapshot(), now)).toEqual([
      'deployment shop/web · RollingUpdate · 3 wanted · 3 new · 0 old · 1 available',
      '│  ██████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓  █ 1 new ready  ▓ 2 on the way  ░ 0 old',
      '│  surge 0 of 1 · unavailable 2 of 0 · 1 older revision kept for undo',
      '│  ends in ~5s: finding a node of web-2 holds it (estimated by new pods that are ready)',
      '└─ revision 2 (new) web-hash2 · 1/3 ready · 80s · shop/web:v2',
      '   └─ replicaset web-hash2 · 3 wanted · 1 ready · 80s',
      '      ├─ ● web-0  ready      1/1  node-1  80s',
      '      │    scheduled 5s → pulled 0s → started 0s → ready 0s',
      '      ├─ ◔ web-1  scheduled  0/1  node-2  80s',
      '      │    scheduled 5s → waits for its images 75s…',
      '      │    container web  waits',
      '      └─ ○ web-2  pending    0/1          80s',
      '           looks for a node 80s…',
      'Waiting for deployment "web" rollout to finish: 1 of 3 updated replicas are available...',
    ]);
  });
  test('says on a pipe only what changed', () => {
    const store = storeWith({ replicas: 3, updatedReplicas: 1 }, running);
    const log = new ProgressLog();
    // That web-0 was ready before is no news, nor is what it pulled.
    expect(log.next(store.getSnapshot())).toEqual([
      'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
    ]);
    expect(log.next(store.getSnapshot())).toEqual([]);
    store.dispatch({ type: 'put', kind: 'pod', object: pod('web-1', 2, image, backOff) });
    store.flush();
    expect(log.next(store.getSnapshot())).toEqual([
      'pod/web-1 pulling (ImagePullBackOff)',
      'warning: pod "web-1": image "shop/web:v2" cannot be pulled: docker.io/shop/web:v2: not found',
    ]);
    store.dispatch({ type: 'put', kind: 'pod', object: pod('web-2', 2, image, running) });
    store.flush();
    expect(log.next(store.getSnapshot())).toEqual(['pod/web-2 ready']);
  });
  test('who may not read events sees the rest, and is told so once', () => {
    const store = storeWith({ replicas: 3, updatedReplicas: 1 }, running);
    store.sink('event').state({ phase: 'failed', since: 0, error: new Error('events is forbidden') });
    store.flush();
    const log = new ProgressLog();
    expect(log.next(store.getSnapshot())).toContain('note: events are not told of: events is forbidden');
    expect(log.next(store.getSnapshot())).toEqual([]);
    expect(store.getSnapshot().sourceError).toBeUndefined();
    expect(rolloutLines(store.getSnapshot(), now)).toContain('  events are not told of: events is forbidden');
    store.sink('pod').state({ phase: 'failed', since: 0, error: new Error('pods is forbidden') });
    store.flush();
    expect(store.getSnapshot().sourceError?.message).toBe('pods is forbidden');
  });
  test('text of the cluster cannot reach the terminal raw', () => {
    const store = storeWith({}, running);
    const evil = pod('web-9', 2, image, { node: '\x1b[31mred' });
    store.dispatch({ type: 'put', kind: 'pod', object: evil });
    store.flush();
    expect(rolloutLines(store.getSnapshot(), now).join('\n')).not.toContain('\x1b');
  });
});

describe('the verdict', () => {
  const judge = (store: RolloutStore, later = 0) => {
    const court = new RolloutJudge(now);
    court.judge(store.getSnapshot(), now);
    return court.judge(store.getSnapshot(), now + later);
  };
  test('done, failed, still going', () => {
    expect(judge(storeWith({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 }, running))).toEqual({
      code: 0,
      message: 'deployment "web" successfully rolled out',
    });
    expect(judge(storeWith({ replicas: 3, updatedReplicas: 1 }, backOff))).toMatchObject({
      code: 1,
      message: 'pod "web-0": image "shop/web:v2" cannot be pulled: docker.io/shop/web:v2: not found',
    });
    expect(judge(storeWith({ replicas: 3, updatedReplicas: 1 }, running))).toBeUndefined();
  });
  test('never waits for ever', () => {
    const store = storeWith({ replicas: 3, updatedReplicas: 1 }, running);
    expect(judge(store, 600_000)).toBeUndefined();
    expect(judge(store, 660_000)).toEqual({ code: 1, message: 'deployment "web" made no progress for 11m0s' });
  });
  test('a deleted workload is the end', () => {
    const store = storeWith({ replicas: 3 }, running);
    store.dispatch({ type: 'drop', kind: 'workload', object: deployment(image) });
    store.flush();
    expect(judge(store)).toEqual({ code: 1, message: 'the workload was deleted' });
  });
});

describe('painting in place', () => {
  const terminal = (columns: number, rows: number) =>
    Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns, rows }) as TerminalWritable &
      PassThrough;
  test('goes up by what it painted and stays quiet when nothing changed', () => {
    const out = terminal(20, 10);
    const painter = new LinePainter(out);
    painter.paint(['a', 'b'.repeat(40)]);
    expect(out.read()).toBe(`\x1b[?2026h\r\x1b[Ja\n${'b'.repeat(18)}…\n\x1b[?2026l`);
    painter.paint(['a', 'b'.repeat(40)]);
    expect(out.read()).toBeNull();
    painter.paint(['c']);
    expect(out.read()).toBe('\x1b[?2026h\x1b[2A\r\x1b[Jc\n\x1b[?2026l');
  });
  test('a block too high loses its middle', () => {
    expect(fitHeight(['1', '2', '3', '4', '5', '6', '7'], 5)).toEqual(['1', '2', '… 3 more lines', '6', '7']);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../support/program.ts';

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
  expect(box.kctl(['cluster', 'start', '--name', 'one', '--empty']).code).toBe(0);
});
afterAll(() => box.dispose());

const cluster = (...args: string[]) => box.kctl(['cluster', ...args, '--name', 'one']);
const get = (...args: string[]) =>
  box.kctl(['--kubeconfig', `${box.home}/kctl/clusters/one/kubeconfig`, 'get', ...args]).stdout;

describe('steering a running cluster from the command line', () => {
  test('clock, pause, step, speed, jump, resume, status', () => {
    expect(cluster('clock').stdout).toMatch(
      /^Time: +\d{4}-\d\d-\d\dT[\d:]+Z \(as on the wall\)\nRuns: +at ×1\nNext timer: /,
    );
    expect(cluster('status').stdout).not.toContain('\nTime:');
    expect(cluster('jump', '1h30m').stdout).toMatch(
      /^cluster "one" went from \S+ to \S+ \(1h30m0s\): \d+ created, \d+ changed, \d+ deleted in \d+ moments\n/,
    );
    expect(cluster('pause').stdout).toMatch(/^cluster "one" is paused at \S+Z\n$/);
    const moments = cluster('step', '2').stdout.match(/^\d{4}-\S+Z \(\+\S+s\)$/gm);
    expect(moments).toHaveLength(2);
    expect(cluster('speed', 'x60').stdout).toBe('cluster "one" is paused, and will go on at ×60\n');
    expect(cluster('status').stdout).toMatch(/\nTime: +\S+Z, 1h\S+ ahead of the clock on the wall, paused\n/);
    const json = JSON.parse(cluster('clock', '-o', 'json').stdout);
    expect(json).toMatchObject({ paused: true, speed: 60 });
    expect(json.aheadMs).toBeGreaterThan(5_300_000);
    expect(cluster('resume').stdout).toMatch(/^cluster "one" goes on from \S+Z at ×60\n$/);
    expect(cluster('speed', '1').stdout).toBe('cluster "one" runs at ×1\n');
    expect(cluster('step').stderr).toBe('error: time is running: pause it first\n');
  });

  test('ages are counted to the time of the cluster, ahead of the wall as it is', () => {
    const config = ['--kubeconfig', `${box.home}/kctl/clusters/one/kubeconfig`];
    expect(box.kctl([...config, 'scale', '-n', 'kube-system', 'deployment/coredns', '--replicas=3']).code).toBe(0);
    expect(cluster('jump', '2m30s').code).toBe(0);
    const told = box.kctl([...config, 'describe', '-n', 'kube-system', 'deployment', 'coredns']).stdout;
    expect(told).toMatch(/\n {2}Normal +ScalingReplicaSet +2m[23]\ds +deployment-controller /);
    expect(box.kctl([...config, 'get', 'namespace', 'default', '--server-print=false']).stdout).toMatch(
      /\ndefault +1h\d+m|\ndefault +9\dm/,
    );
  });

  test('what cannot be is refused before anything is asked', () => {
    const words: readonly (readonly [string[], string])[] = [
      [['speed', 'fast'], '"fast" is no speed between ×0.1 and ×1000, such as x10'],
      [['speed'], 'say one speed, such as x10'],
      [['jump'], 'say how far, such as 6m or 1d12h'],
      [['jump', 'later'], '"later" is no length of time, such as 6m or 1d12h'],
      [['step', '0'], 'the number of steps must be between 1 and 1000, not "0"'],
      [['pause', 'now'], 'unexpected argument "now"'],
      [['clock', '-o', 'yaml'], '--output must be json, not "yaml"'],
      [['component', 'stop'], 'name the components, such as scheduler or deployment-controller'],
      [['node', 'add', '--count', '0'], '--count must be between 1 and 10000, not 0'],
      [['node', 'add', '--taints', 'gpu'], '--taints takes key=value:Effect, such as gpu=yes:NoSchedule, not "gpu"'],
      [['node', 'add', '--labels', 'gpu'], '--labels takes key=value, not "gpu"'],
      [['node', 'pull-rate'], 'say how many bytes in a second, such as 2M, or "usual"'],
      [['node', 'fail'], 'name nodes, or select them with -l'],
      [['node', 'fail', 'a', '-l', 'b'], 'either names or -l, not both'],
      [['load', 'deploy/web'], 'say what deploy/web is to use, such as 80%, 250m, --memory 64Mi or off'],
      [['load', 'deploy/web', 'off', '--memory', '1Mi'], 'off takes everything back: it goes with no other flag'],
      [['load', 'off'], 'name the workload as TYPE/NAME, such as deploy/web, not "off"'],
      [
        ['load', 'deploy/coredns', 'much', '-n', 'kube-system'],
        '"much" is no load: it is a share such as 80% or an amount such as 250m or 64Mi',
      ],
      [['node', 'cordon', '-l', 'a in'], "unable to parse requirement: found '' expected: '('"],
      [['jump', '5000d'], 'a jump must be between 1ms and 10 years long'],
      [['fault', 'status', '999'], 'code must be one of 401, 403, 404, 409, 429, 500, 503, 504'],
    ];
    for (const [args, message] of words) {
      const ran = cluster(...args);
      expect(ran.stderr).toContain(`error: ${message}\n`);
      expect(ran.code).toBe(1);
    }
  });

  test('what is misspelt is told with what is near, or with all there is', () => {
    const hints: readonly (readonly [string[], string])[] = [
      [['node', 'fail', 'kctl-worker1'], 'there is no node "kctl-worker1"\ndid you mean "kctl-worker-1"?'],
      [['component', 'stop', 'schedular'], 'there is no component "schedular"\ndid you mean "scheduler"?'],
      [
        ['component', 'stop', 'deployment'],
        'there is no component "deployment"\ndid you mean "deployment-controller"?',
      ],
      [['fault', 'partition', 'nope'], 'there is no node "nope"\nthere are: kctl-control-plane, '],
      [['fault', 'remove', 'f9'], 'there is no fault "f9"\n'],
      [['snapshot', 'restore', 'x'], 'there is no snapshot "x"\ntake one with: kctl cluster snapshot save\n'],
      [['snapshot', 'save', 'x', '--to', '/nope/x'], '--to /nope/x: there is no folder /nope\n'],
      [['scenario', 'run', 'crash-lop'], 'there is no story "crash-lop"\ndid you mean "crash-loop"?'],
      [['node', 'fial'], 'unknown command "fial"\n\nDid you mean this?\n\tfail\n'],
    ];
    for (const [args, message] of hints) {
      const ran = cluster(...args);
      expect(ran.stderr).toContain(`error: ${message}`);
      expect([ran.code, ran.stdout]).toEqual([1, '']);
    }
    expect(cluster('snapshot', 'list').stdout).toBe('');
  });

  test('another cluster than was meant is not touched', () => {
    for (const command of ['start', 'stop', 'status', 'delete', 'reset', 'kubeconfig', 'list']) {
      const ran = box.kctl(['cluster', command, 'one']);
      expect([command, ran.code, ran.stdout, ran.stderr]).toEqual([
        command,
        1,
        '',
        'error: unexpected argument "one"\na cluster is named with a flag: --name one\n',
      ]);
    }
    for (const flag of ['--kubeconfig', '--context', '--server', '--as']) {
      for (const command of [['stop'], ['delete'], ['node', 'fail', 'kctl-worker-1'], ['snapshot', 'save']]) {
        const ran = box.kctl([flag, 'real', 'cluster', ...command, '--name', 'one']);
        expect([ran.code, ran.stderr]).toEqual([
          1,
          `error: ${flag} does not go with this: it is for bundled clusters, which --name names\nsee: kctl cluster list\n`,
        ]);
      }
    }
    expect(cluster('status').stdout).toContain('running');
    for (const command of ['stop', 'delete', 'pause']) {
      const ran = box.kctl(['cluster', command, '--name', 'none']);
      expect([ran.code, ran.stderr]).toEqual([1, 'error: there is no cluster "none"\nclusters: one\n']);
    }
  });

  test('components, nodes and load', () => {
    expect(cluster('component', 'stop', 'scheduler').stdout).toBe('scheduler stopped\n');
    expect(cluster('component', 'stop', 'kube-scheduler').stdout).toBe('scheduler was already stopped\n');
    expect(cluster('component', 'list').stdout).toMatch(/^NAME +PART OF +STATE\n.*\nscheduler +stopped\n/s);
    expect(get('componentstatuses')).toMatch(
      /scheduler +Unhealthy +Get "https:\/\/127\.0\.0\.1:10259\/healthz": dial tcp/,
    );
    expect(cluster('component', 'start', 'scheduler').stdout).toBe('scheduler started\n');

    const added = cluster('node', 'add', 'big', '--count', '2', '--capacity', 'cpu=64,memory=256Gi', '--zones', 'a,b');
    expect(added.stdout).toBe('node/big-1 added\nnode/big-2 added\n');
    expect(cluster('node', 'fail', 'big-1').stdout).toBe('node/big-1 failed\n');
    expect(cluster('node', 'cordon', '-l', 'topology.kubernetes.io/zone=b').stdout).toBe('node/big-2 cordoned\n');
    expect(cluster('node', 'pull-rate', '2M', 'big-2').stdout).toBe('node/big-2 pulls 2M in a second\n');
    expect(cluster('node', 'pull-rate', 'usual', 'big-1').stdout).toBe('node/big-1 already pulls as fast as usual\n');
    expect(cluster('node', 'pull-rate', 'much', 'big-2').stderr).toContain('rate must be a quantity of bytes');
    const listed = cluster('node', 'list').stdout;
    expect(listed).toMatch(/\nbig-1 +\S+ +silent +worker +a +64 +256Gi +\d+\/110\n/);
    expect(listed).toMatch(/\nbig-2 +\S+,SchedulingDisabled +running +worker +b +64 +256Gi /);
    expect(cluster('node', 'remove', 'big-1', 'big-2').stdout).toBe('node/big-1 removed\nnode/big-2 removed\n');
    expect(cluster('node', 'remove', 'big-1').stderr).toBe(
      'error: there is no node "big-1"\nthere are: kctl-control-plane, kctl-worker-1, kctl-worker-2\n',
    );

    expect(cluster('load').stdout).toContain('no load is set');
    const load = (...args: string[]) => cluster('load', 'deploy/coredns', '-n', 'kube-system', ...args).stdout;
    expect(load('80%', '--memory', '64Mi')).toBe('deployment/coredns load cpu 80%, memory 64Mi\n');
    expect(cluster('load').stdout).toMatch(/\nkube-system +deployment\/coredns +80% +64Mi\n$/);
    expect(load('off')).toBe('deployment/coredns load off\n');
  });

  test('a cluster that does not run, or is not there, is told in words', () => {
    expect(cluster('stop').code).toBe(0);
    expect(cluster('pause').stderr).toBe(
      'error: cluster "one" is not running\nstart it with: kctl cluster start --name one\n',
    );
  });
});

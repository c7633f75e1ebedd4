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
    expect(cluster('step').stderr).toBe('Error from server (Conflict): time is running: pause it first\n');
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
      [['node', 'fail'], 'name nodes, or select them with -l'],
      [['node', 'fail', 'a', '-l', 'b'], 'either names or -l, not both'],
      [['load', 'deploy/web'], 'say what deploy/web is to use, such as 80%, 250m, --memory 64Mi or off'],
      [['load', 'deploy/web', 'off', '--memory', '1Mi'], 'off takes everything back: it goes with no other flag'],
    ];
    for (const [args, message] of words) {
      const ran = cluster(...args);
      expect(ran.stderr).toContain(`error: ${message}\n`);
      expect(ran.code).toBe(1);
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
    const listed = cluster('node', 'list').stdout;
    expect(listed).toMatch(/\nbig-1 +\S+ +silent +worker +a +64 +256Gi +\d+\/110\n/);
    expect(listed).toMatch(/\nbig-2 +\S+,SchedulingDisabled +running +worker +b +64 +256Gi /);
    expect(cluster('node', 'remove', 'big-1', 'big-2').stdout).toBe('node/big-1 removed\nnode/big-2 removed\n');
    expect(cluster('node', 'remove', 'big-1').stderr).toBe('Error from server (NotFound): nodes "big-1" not found\n');

    expect(cluster('load').stdout).toContain('no load is set');
    const load = (...args: string[]) => cluster('load', 'deploy/coredns', '-n', 'kube-system', ...args).stdout;
    expect(load('80%', '--memory', '64Mi')).toBe('deployment/coredns load cpu 80%, memory 64Mi\n');
    expect(cluster('load').stdout).toMatch(/\nkube-system +deployment\/coredns +80% +64Mi\n$/);
    expect(load('off')).toBe('deployment/coredns load off\n');
  });

  test('a cluster that does not run, or is not there, is told in words', () => {
    expect(box.kctl(['cluster', 'pause', '--name', 'none']).stderr).toBe(
      'error: there is no cluster "none"\nclusters: one\n',
    );
    expect(cluster('stop').code).toBe(0);
    expect(cluster('pause').stderr).toBe(
      'error: cluster "one" is not running\nstart it with: kctl cluster start --name one\n',
    );
  });
});

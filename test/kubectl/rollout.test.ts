import { beforeAll, expect, test } from 'vitest';
import { drivenTests } from '../support/kubectl.ts';
import { eventually } from '../support/program.ts';

drivenTests('the real kubectl rolls out', (cluster) => {
  const { ok, k } = cluster;
  const image = () => ok(['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].spec.containers[0].image}']);
  const images = async () => [...new Set((await image()).split(' '))];
  const live = async () => (await ok('get pods -l app=web -o name')).split('\n').filter(Boolean);
  const steer = (how: string, body: object) =>
    ok(['create', '--raw', `/kctl/v1/clock/${how}`, '-f', '-'], JSON.stringify(body));
  const jump = (minutes: number) => steer('jump', { ms: minutes * 60_000 });
  // Of pulls and starts nothing is wanted here but that they take their time.
  beforeAll(() => steer('speed', { speed: 8 }));

  test('status tells of each step and waits for the last; the pods are new, and old again after an undo', async () => {
    await ok('create deployment web --image=nginx:1.26 --replicas=3');
    expect(await ok('rollout status deploy/web --timeout=40s')).toContain('successfully rolled out');
    // Nothing moves before kubectl looks on.
    await steer('pause', {});
    await ok('set image deploy/web nginx=nginx:1.27');
    const { ended } = await cluster.until('rollout status deploy/web --timeout=40s -v=6', /watch=true/);
    await steer('resume', {});
    const steps = await ended;
    expect(steps).toMatch(
      /^Waiting for deployment "web" rollout to finish: \d out of 3 new replicas have been updated\.\.\.$/m,
    );
    expect(steps).toMatch(/rollout to finish: \d old replicas are pending termination\.\.\.$/m);
    expect(steps).toMatch(/\ndeployment "web" successfully rolled out\n$/);
    await eventually(async () => (await images()).join() === 'nginx:1.27', 'the new pods alone');
    await ok('rollout undo deploy/web --to-revision=1');
    await ok('rollout status deploy/web --timeout=40s');
    await eventually(async () => (await images()).join() === 'nginx:1.26', 'the old image');
    expect(await ok('rollout history deploy/web')).toMatch(/\n2 +<none>\n3 +<none>\n/);
  }, 120_000);

  test('paused, a change waits; resumed, all of them make one revision', async () => {
    await ok('rollout pause deploy/web');
    await ok('set image deploy/web nginx=nginx:1.28');
    await ok('set env deploy/web A=b');
    await jump(1);
    expect(await images()).toEqual(['nginx:1.26']);
    // Sizes are followed all the same.
    await ok('scale deploy web --replicas=4');
    await eventually(async () => (await live()).length === 4, 'the fourth');
    expect(await images()).toEqual(['nginx:1.26']);
    await ok('rollout resume deploy/web');
    await ok('rollout status deploy/web --timeout=40s');
    await eventually(async () => (await images()).join() === 'nginx:1.28', 'the change');
    expect(await ok(['get', 'deploy', 'web', '-o', 'jsonpath={.metadata.annotations}'])).toContain('revision":"4"');
  }, 120_000);

  test('scaled down to none and up again', async () => {
    await ok('scale deploy web --replicas=0');
    await eventually(async () => (await live()).length === 0, 'no pods');
    await ok('scale deploy web --replicas=2');
    await ok('wait --for=jsonpath={.status.readyReplicas}=2 deploy/web --timeout=40s');
    expect(await live()).toHaveLength(2);
  }, 60_000);

  test('one that does not get on fails after its deadline, and status says so with a code', async () => {
    await ok('patch deploy web -p {"spec":{"progressDeadlineSeconds":60}}');
    await ok('set image deploy/web nginx=nginx:does-not-exist');
    await eventually(async () => (await live()).length === 3, 'the pod that cannot start');
    await jump(2);
    const { code, stderr } = await k('rollout status deploy/web --timeout=20s');
    expect([code, stderr]).toEqual([1, 'error: deployment "web" exceeded its progress deadline\n']);
    expect(await ok('get deploy web -o jsonpath={.status.availableReplicas}')).toBe('2');
    await ok('rollout undo deploy/web');
    expect(await ok('rollout status deploy/web --timeout=40s')).toContain('successfully rolled out');
  }, 90_000);
});

import { beforeAll, expect, test } from 'vitest';
import { drivenTests } from '../support/kubectl.ts';

drivenTests('the real kubectl sees an autoscaler at work', (cluster) => {
  const { ok } = cluster;
  /** What `kctl cluster load` and `kctl cluster jump` ask of the cluster. */
  const steer = async (path: string, body: object) =>
    JSON.parse(await ok(['create', '--raw', `/kctl/v1/${path}`, '-f', '-'], JSON.stringify(body)));
  const load = (cpu: string) => steer('load', { target: 'deploy/php-apache', cpu });
  const jump = (minutes: number) => steer('clock/jump', { ms: minutes * 60_000 });
  const replicas = async () => Number(await ok('get deploy php-apache -o jsonpath={.status.readyReplicas}'));
  const hpa = (path: string) => ok(['get', 'hpa', 'php-apache', '-o', `jsonpath=${path}`]);

  beforeAll(async () => {
    await ok('create deployment php-apache --image=registry.k8s.io/hpa-example --port=80');
    await ok('set resources deploy php-apache --requests=cpu=200m');
    await load('50m');
    await ok('autoscale deploy php-apache --min=1 --max=5 --cpu-percent=50');
    await jump(2);
  });

  test('at rest it leaves one', async () => {
    expect(await hpa('{.status.currentMetrics[0].resource.current.averageUtilization}')).toBe('25');
    expect(await replicas()).toBe(1);
  });

  test('under load there are more, up to the most', async () => {
    await load('150%');
    await jump(1);
    // One replica at 150 % of its request, of which 50 % are wanted, makes three.
    expect(await ok('get events --field-selector=reason=SuccessfulRescale -o jsonpath={.items[0].message}')).toBe(
      'New size: 3; reason: cpu resource utilization (percentage of request) above target',
    );
    await jump(3);
    expect(await replicas()).toBe(5);
    expect(await ok('get hpa php-apache --no-headers')).toMatch(
      /^php-apache +Deployment\/php-apache +cpu: 150%\/50% +1 +5 +5 /,
    );
    expect(await hpa('{.status.conditions[?(@.type=="ScalingLimited")].reason}')).toBe('TooManyReplicas');
    expect(await ok('top pods -l app=php-apache --no-headers')).toMatch(
      /^(php-apache-\S+ +(29\d|30\d)m +\d+Mi *\n){5}$/,
    );
  }, 60_000);

  test('afterwards there are fewer, once it was calm for five minutes', async () => {
    await load('10m');
    await jump(3);
    expect(await replicas()).toBe(5);
    expect(await hpa('{.status.conditions[?(@.type=="AbleToScale")].reason}')).toBe('ScaleDownStabilized');
    await jump(6);
    expect(await replicas()).toBe(1);
    expect(await ok('get events --field-selector=reason=SuccessfulRescale -o jsonpath={.items[*].message}')).toContain(
      'New size: 1; reason: All metrics below target',
    );
    expect((await ok('get pods -l app=php-apache -o name')).split('\n').filter(Boolean)).toHaveLength(1);
  }, 60_000);
});

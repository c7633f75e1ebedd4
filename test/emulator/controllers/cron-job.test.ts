import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { parseSchedule, shownIn } from '../../../src/emulator/controllers/cron-schedule.ts';
import { createWorld, type World } from './world.ts';

describe('schedules', () => {
  const runs = (schedule: string, from: string, count: number, zone?: string): string[] => {
    const read = parseSchedule(schedule, zone);
    const found: string[] = [];
    for (let at = read.next(Date.parse(from)); at !== undefined && found.length < count; at = read.next(at)) {
      found.push(shownIn(zone, at));
    }
    return found;
  };

  test.each([
    [
      '*/20 9-10 * * *',
      ['2026-03-02T09:00:00Z', '2026-03-02T09:20:00Z', '2026-03-02T09:40:00Z', '2026-03-02T10:00:00Z'],
    ],
    ['50/4 0 * * *', ['2026-03-02T00:50:00Z', '2026-03-02T00:54:00Z', '2026-03-02T00:58:00Z']],
    ['@hourly', ['2026-03-02T01:00:00Z', '2026-03-02T02:00:00Z']],
    ['@weekly', ['2026-03-08T00:00:00Z', '2026-03-15T00:00:00Z']],
    ['@yearly', ['2027-01-01T00:00:00Z']],
    ['0 12 31 * *', ['2026-03-31T12:00:00Z', '2026-05-31T12:00:00Z']],
    ['0 0 29 feb ?', ['2028-02-29T00:00:00Z']],
    // A day of the month and one of the week: either; but an open field asks for nothing.
    ['0 0 13 * fri', ['2026-03-06T00:00:00Z', '2026-03-13T00:00:00Z', '2026-03-20T00:00:00Z']],
    ['0 0 */15 * fri', ['2026-03-06T00:00:00Z', '2026-03-13T00:00:00Z', '2026-03-16T00:00:00Z']],
    ['0 0 * * fri', ['2026-03-06T00:00:00Z', '2026-03-13T00:00:00Z']],
    ['@every 1h30m', ['2026-03-02T01:30:07Z', '2026-03-02T03:00:07Z']],
    ['@every 300ms', ['2026-03-02T00:00:08Z', '2026-03-02T00:00:09Z']],
    ['59 23 31 2 *', []],
  ])('%s', (schedule, expected) => {
    expect(runs(schedule, '2026-03-02T00:00:07.5Z', expected.length || 1)).toEqual(expected);
  });

  test('an hour that is left out has no runs, one that comes twice has them twice', () => {
    const zone = 'America/New_York';
    expect(runs('30 2 * * *', '2026-03-07T00:00:00Z', 2, zone)).toEqual([
      '2026-03-07T02:30:00-05:00',
      '2026-03-09T02:30:00-04:00',
    ]);
    expect(runs('30 1 * * *', '2026-10-31T12:00:00Z', 3, zone)).toEqual([
      '2026-11-01T01:30:00-04:00',
      '2026-11-01T01:30:00-05:00',
      '2026-11-02T01:30:00-05:00',
    ]);
    // The day that begins at one o'clock.
    expect(runs('0 0 * * *', '2018-11-03T12:00:00Z', 1, 'America/Sao_Paulo')).toEqual(['2018-11-05T00:00:00-02:00']);
    expect(runs('0 * * * *', '2026-03-08T06:30:00Z', 2, zone)).toEqual([
      '2026-03-08T03:00:00-04:00',
      '2026-03-08T04:00:00-04:00',
    ]);
  });

  test('a zone of its own', () => {
    const at = parseSchedule('TZ=Asia/Seoul 0 9 * * *').next(Date.parse('2026-03-02T01:00:00Z'))!;
    expect(new Date(at).toISOString()).toBe('2026-03-03T00:00:00.000Z');
    expect(shownIn('Asia/Kolkata', at)).toBe('2026-03-03T05:30:00+05:30');
  });
});

const cron = (spec: Record<string, unknown> = {}, line = 'sleep 5'): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', namespace: 'default' },
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: {
      metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', line] }],
          },
        },
      },
    },
    ...spec,
  },
});
/** All begin at 10:00:00. */
async function started(spec: Record<string, unknown>, seconds: number, line?: string): Promise<World> {
  const w = await createWorld();
  await w.client.create('cronjobs.batch', cron(spec, line));
  await w.run(seconds);
  return w;
}
const status = (w: World) => w.get('cronjobs.batch', 'tick')['status'] ?? {};
const jobs = (w: World): string[] =>
  w.lister
    .list<KubeObject>('jobs.batch', 'default')
    .map(({ metadata }) => metadata.name!)
    .sort();
const nameAt = (time: string) => `tick-${Date.parse(`2026-03-02T${time}Z`) / 60_000}`;
const edit = (w: World, spec: Record<string, unknown>) =>
  w.edit('cronjobs.batch', 'tick', (object) => Object.assign(object['spec'], spec));

describe('a cron job', () => {
  test('tells of what it starts and of how it ends, and where it is from', async () => {
    const w = await started({ timeZone: 'Asia/Seoul' }, 302);
    const [job] = w.lister.list<KubeObject>('jobs.batch', 'default');
    expect(job!.metadata).toMatchObject({
      name: nameAt('10:05:00'),
      labels: { a: 'b' },
      annotations: { c: 'd', 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-03-02T19:05:00+09:00' },
      ownerReferences: [{ kind: 'CronJob', name: 'tick', controller: true, blockOwnerDeletion: true }],
    });
    expect(status(w)).toEqual({
      active: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          name: nameAt('10:05:00'),
          namespace: 'default',
          uid: job!.metadata.uid,
          resourceVersion: expect.any(String),
        },
      ],
      lastScheduleTime: '2026-03-02T10:05:00Z',
    });
    await w.run(30);
    expect(status(w).active).toBeUndefined();
    expect(status(w).lastSuccessfulTime).toMatch(/^2026-03-02T10:05:/);
    expect(w.events('tick')).toEqual([
      `SuccessfulCreate: Created job ${nameAt('10:05:00')}`,
      `SawCompletedJob: Saw completed job: ${nameAt('10:05:00')}, condition: Complete`,
    ]);
  });

  test('keeps one failed job and three good ones', async () => {
    const w = await started({ schedule: '* * * * *' }, 200, 'exit 1');
    expect(jobs(w)).toEqual([nameAt('10:03:00')]);
    expect(w.events('tick').slice(0, 3)).toEqual([
      `SuccessfulCreate: Created job ${nameAt('10:01:00')}`,
      `SawCompletedJob: Saw completed job: ${nameAt('10:01:00')}, condition: Failed`,
      `SuccessfulCreate: Created job ${nameAt('10:02:00')}`,
    ]);
    expect(w.events('tick')).toContain(`SuccessfulDelete: Deleted job ${nameAt('10:01:00')}`);
    expect(status(w).lastSuccessfulTime).toBeUndefined();
    await edit(w, { failedJobsHistoryLimit: 0 });
    expect(jobs(w)).toEqual([]);
  });

  test('Forbid tells why nothing starts; what was held back starts when there is room', async () => {
    const w = await started({ concurrencyPolicy: 'Forbid' }, 605, 'sleep 400');
    expect(jobs(w)).toEqual([nameAt('10:05:00')]);
    expect(w.events('tick')).toContain(
      'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    await w.run(120);
    expect(jobs(w)).toEqual([nameAt('10:05:00'), nameAt('10:10:00')]);
    expect(status(w).lastScheduleTime).toBe('2026-03-02T10:10:00Z');
  });

  test('Replace deletes what still runs, and does not miss it', async () => {
    const w = await started({ concurrencyPolicy: 'Replace' }, 605, 'sleep 5000');
    expect(status(w).active.map(({ name }: { name: string }) => name)).toEqual([nameAt('10:10:00')]);
    expect(w.events('tick')).toEqual([
      `SuccessfulCreate: Created job ${nameAt('10:05:00')}`,
      `SuccessfulDelete: Deleted job ${nameAt('10:05:00')}`,
      `SuccessfulCreate: Created job ${nameAt('10:10:00')}`,
    ]);
  });

  test('a job that somebody deletes is missed', async () => {
    const w = await started({}, 302, 'sleep 5000');
    await w.client.delete('jobs.batch', 'default', nameAt('10:05:00'), { propagationPolicy: 'Background' });
    await w.run(1);
    expect(w.events('tick')).toContain(`MissingJob: Active job went missing: ${nameAt('10:05:00')}`);
    expect(status(w).active).toBeUndefined();
  });

  test('after a pause only the last start is made up for, and not when it is too late', async () => {
    const w = await started({ suspend: true }, 1300);
    expect(jobs(w)).toEqual([]);
    await edit(w, { suspend: false });
    await w.run(1);
    expect(jobs(w)).toEqual([nameAt('10:20:00')]);
    const late = await started({ suspend: true, startingDeadlineSeconds: 60 }, 1300);
    await edit(late, { suspend: false });
    await late.run(1);
    expect(jobs(late)).toEqual([]);
    await late.run(202);
    expect(jobs(late)).toEqual([nameAt('10:25:00')]);
  });

  test('more than a hundred missed starts are told of, and the last is made up for', async () => {
    const w = await started({ suspend: true, schedule: '* * * * *' }, 7200);
    await edit(w, { suspend: false });
    await w.run(1);
    expect(w.events('tick')[0]).toBe(
      'TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
    expect(jobs(w)).toEqual([nameAt('12:00:00')]);
  });

  test('a hundred missed starts are not too many, nor is any number that the deadline passes over', async () => {
    const few = await started({ suspend: true, schedule: '* * * * *' }, 6000);
    await edit(few, { suspend: false });
    await few.run(1);
    expect(few.events('tick')).toEqual([`SuccessfulCreate: Created job ${nameAt('11:40:00')}`]);
    const many = await started({ suspend: true, schedule: '* * * * *', startingDeadlineSeconds: 200 }, 7200);
    await edit(many, { suspend: false });
    await many.run(1);
    expect(many.events('tick')).toEqual([`SuccessfulCreate: Created job ${nameAt('12:00:00')}`]);
  });

  test('a new schedule makes up for nothing that it would have started before', async () => {
    const w = await started({ schedule: '0 0 1 1 *' }, 1300);
    await edit(w, { schedule: '*/5 * * * *' });
    await w.run(100);
    expect(jobs(w)).toEqual([]);
    await w.run(101);
    expect(jobs(w)).toEqual([nameAt('10:25:00')]);
  });

  test('a schedule that never comes is told of', async () => {
    const w = await started({ schedule: '0 0 31 2 *' }, 5);
    expect(w.events('tick')).toEqual([
      'InvalidSchedule: invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second',
    ]);
  });

  test('a job that cannot be made is told of, and tried again', async () => {
    const w = await started({}, 200);
    await w.client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'default' },
      spec: { hard: { 'count/jobs.batch': '0' } },
    });
    await w.run(102);
    expect(w.events('tick')[0]).toMatch(
      /^FailedCreate: Error creating job: jobs.batch "tick-\d+" is forbidden: exceeded quota: none, requested: count\/jobs.batch=1, used: count\/jobs.batch=0, limited: count\/jobs.batch=0$/,
    );
    await w.client.delete('resourcequotas', 'default', 'none');
    await w.run(120);
    expect(jobs(w)).toEqual([nameAt('10:05:00')]);
  });
});

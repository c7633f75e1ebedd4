import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { clockText } from '../../../src/tui/state/moments.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { start } from '../fake-services.ts';
import type { TestScreen } from '../render-test.ts';
import { type ObjectCluster, objectCluster, pod, sizes, type } from './object-cluster.ts';

let screen: TestScreen | undefined;

afterEach(() => {
  screen?.close();
  speak('en');
});

const web = (image: string): KubeObject => pod('Running', { spec: { containers: [{ name: 'app', image }] } });

/** A view that has seen three versions, a minute from each other. */
async function seen(key: string, cols = 120, rows = 40): Promise<{ cluster: ObjectCluster; s: TestScreen }> {
  const cluster = objectCluster();
  cluster.put('pods', web('web:1'));
  const s = await cluster.open(cols, rows);
  screen = s;
  await s.press(key);
  for (const image of ['web:2', 'web:3']) {
    await s.settle();
    cluster.timing.advance(60_000);
    cluster.put('pods', web(image));
  }
  cluster.timing.advance(60_000);
  await s.settle();
  return { cluster, s };
}

describe('one object in the past', () => {
  test.each(sizes)('at %i×%i: YAML is as it was then, and says what is not known', async (cols, rows) => {
    const { s } = await seen('y', cols, rows);
    await s.waitFor('web:3');
    await type(s, `:@${clockText(start + 90_000)}`);
    await s.waitFor('web:2');
    expect(s.text()).toContain(`as of ${clockText(start + 90_000)}`);
    expect(s.text()).not.toContain('not of the past');
    await type(s, ':@-30m');
    await s.waitFor('How it was then is not known: it was seen first at');
    await s.press('=');
    await s.waitFor('web:3');
  });

  test('a view that is opened while the past is shown shows the past', async () => {
    const { s } = await seen('y');
    await s.press('esc');
    await type(s, `:@${clockText(start + 30_000)}`);
    await s.press('y');
    await s.waitFor('web:1');
  });

  test('the description is asked for as it was', async () => {
    const { cluster, s } = await seen('y');
    cluster.services.describe = async ({ name }, past) =>
      `Name:   ${name}\nImage:  ${(past?.object ?? web('now'))['spec'].containers[0].image} at ${past?.at ?? 'now'}\n`;
    await s.press('d');
    await s.waitFor('now at now');
    await type(s, `:@${clockText(start + 90_000)}`);
    await s.waitFor('web:2 at ');
  });

  test('the difference is that of then, and the timeline ends there', async () => {
    const { s } = await seen('shift-d');
    await s.waitFor(/web:2 +│ .*web:3/);
    await type(s, `:@${clockText(start + 90_000)}`);
    await s.waitFor(/web:1 +│ .*web:2/);
    await s.press('shift-t');
    await s.waitFor('"web:1" → "web:2"');
    expect(s.text()).not.toContain('web:3');
    await s.press('=');
    await s.waitFor('"web:2" → "web:3"');
  });

  test('one that was deleted by then says so, in Korean too', async () => {
    speak('ko');
    const { cluster, s } = await seen('y');
    cluster.drop('pods', web('web:3'));
    cluster.timing.advance(120_000);
    await type(s, ':@-1m');
    await s.waitFor('에 삭제되었습니다.');
    await type(s, ':@-3m');
    await s.waitFor('web:3');
  });
});

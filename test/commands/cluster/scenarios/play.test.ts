import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { play } from '../../../../src/commands/cluster/scenarios/play.ts';
import { refused, run, runUntilGone, type Story, show } from '../../../../src/commands/cluster/scenarios/story.ts';
import { type GoOn, Telling } from '../../../../src/commands/cluster/scenarios/telling.ts';

const words = (en: string) => ({ en, ko: `${en} (ko)` });

/** Plays a story of these acts with a cluster that answers with `outputs` one after another. */
async function played(
  acts: Story['scenes'][number]['acts'],
  outputs: { text: string; code?: number }[],
  scenes = 1,
  screen: { rows?: number; goOn?: GoOn } = {},
) {
  const { rows, goOn = async () => false } = screen;
  let shown = '';
  const stdout = new Writable({
    write(chunk, _, done) {
      shown += String(chunk);
      done();
    },
  });
  Object.assign(stdout, { columns: 80, rows });
  const jumps: number[] = [];
  const lines: string[] = [];
  const story: Story = {
    title: words('title'),
    files: { 'a.yaml': 'kind: Pod\n' },
    scenes: Array.from({ length: scenes }, () => ({ say: words('said'), acts })),
    moral: words('moral'),
  };
  const ended = await play({
    story,
    telling: new Telling(Object.assign({ stdout, env: {} }), 'en', goOn),
    tool: 'kctl',
    async perform(line) {
      lines.push(line);
      const { text, code = 0 } = outputs.length > 1 ? outputs.shift()! : outputs[0]!;
      return { text, code };
    },
    async jump(ms) {
      jumps.push(ms);
    },
  });
  return { shown, jumps, lines, ended };
}

describe('a story', () => {
  test('shows files, command lines and what they print', async () => {
    const { shown, jumps, ended } = await played([show('a.yaml'), run('get pods')], [{ text: 'NAME\nweb' }]);
    expect(shown).toBe('\nsaid\n\n$ cat a.yaml\nkind: Pod\n\n$ kctl get pods\nNAME\nweb\n\nmoral\n');
    expect(jumps).toEqual([]);
    expect(ended).toBe(true);
  });

  test('moves the clock on until a command shows what it waits for, farther each time, and says so', async () => {
    const nothing = Array.from({ length: 5 }, () => ({ text: 'Pending' }));
    const { shown, jumps } = await played([run('get pods', /Running/)], [...nothing, { text: 'Running' }]);
    expect(jumps).toEqual([5000, 5000, 10_000, 20_000, 30_000]);
    expect(shown).toContain("(The cluster's clock is moved on by 1m10s.)\n\n$ kctl get pods\nRunning\n");
    expect(shown).not.toContain('Pending');
  });

  test('shows command lines as a shell takes them', async () => {
    const { shown, lines } = await played([run('get pods -o custom-columns=A:.b[*].c')], [{ text: 'A' }]);
    expect(lines).toEqual(['get pods -o custom-columns=A:.b[*].c']);
    expect(shown).toContain("$ kctl get pods -o 'custom-columns=A:.b[*].c'\n");
  });

  test('waits until something is gone', async () => {
    const { jumps } = await played([runUntilGone('get pods', /old/)], [{ text: 'old\nnew' }, { text: 'new' }]);
    expect(jumps).toEqual([5000]);
  });

  test('says so when it goes otherwise: nothing to see in time, a failure, a refusal that does not come', async () => {
    const otherwise = 'the story goes otherwise: "kctl get pods" did not show what it should';
    await expect(played([run('get pods', /Running/, '20s')], [{ text: 'Pending' }])).rejects.toThrow(otherwise);
    await expect(played([run('get pods')], [{ text: 'error', code: 1 }])).rejects.toThrow(otherwise);
    await expect(played([refused('get pods')], [{ text: 'created' }])).rejects.toThrow(otherwise);
    expect((await played([refused('get pods')], [{ text: 'Forbidden', code: 1 }])).shown).toContain('Forbidden');
  });

  test('ends where its reader leaves', async () => {
    const { lines, ended, shown } = await played([run('get pods')], [{ text: '' }], 3);
    expect([lines.length, ended, shown.includes('moral')]).toEqual([1, false, false]);
  });

  test('stops before what the reader has not seen leaves the screen', async () => {
    const shownAt: number[] = [];
    let seen = 0;
    const goOn = async () => {
      shownAt.push(++seen);
      return true;
    };
    const long = Array.from({ length: 40 }, (_, at) => `line ${at}`).join('\n');
    const { shown } = await played([run('get pods'), run('describe pod')], [{ text: 'web' }, { text: long }], 1, {
      rows: 24,
      goOn,
    });
    // 21 rows at a time: what was said, the first command, and what has room of the second; then the rest of it.
    expect(shownAt).toHaveLength(2);
    expect(shown).toContain('line 39\n\nmoral');
    const left = await played([run('describe pod')], [{ text: long }], 1, { rows: 24, goOn: async () => false });
    expect(left.ended).toBe(false);
    expect(left.shown).toContain('line 16\n');
    expect(left.shown).not.toContain('line 20\n');
  });

  test('keeps what would steer the terminal out of it', async () => {
    const { shown } = await played([run('logs x')], [{ text: 'a\u001b[31mred\n' }]);
    expect(shown).not.toContain('\u001b[31m');
  });
});

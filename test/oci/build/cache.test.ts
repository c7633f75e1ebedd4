import { chmodSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pruneCache } from '../../../src/oci/build/cache/build-cache.ts';
import { BuildDatabase } from '../../../src/oci/build/cache/build-database.ts';
import { BuildFixture } from './build-room.ts';

let room: BuildFixture;
beforeEach(() => {
  room = new BuildFixture();
  room.write({ a: 'A', 'package.json': '{}', 'src/app.js': '1', 'src/b.js': '2' });
});
afterEach(() => room[Symbol.dispose]());

const run = ({ argv }: { argv: readonly string[] }) => ({ made: argv.join(' ') });
const text = 'FROM scratch\nCOPY package.json /\nRUN install\nCOPY src /src\nRUN make\n';
const steps = async (file = text, options = {}) => (await room.build(file, { run, ...options })).steps;

describe('what is reused, and why not', () => {
  test('all of it where nothing changed, and the image is the same', async () => {
    const first = await room.build(text, { run });
    expect(first.steps.every((step) => step.startsWith('DONE') && !step.includes('not reused'))).toBe(true);
    room.time += 1_000_000;
    const second = await room.build(text, { run });
    expect(second.steps).toEqual([
      'CACHED [1/4] COPY package.json /',
      'CACHED [2/4] RUN install',
      'CACHED [3/4] COPY src /src',
      'CACHED [4/4] RUN make',
    ]);
    expect(second.target.digest).toBe(first.target.digest);
    expect(room.ran).toHaveLength(2);
  });

  test('a changed file, and what comes after it', async () => {
    await steps();
    room.write({ 'src/app.js': 'changed', 'src/new.js': 'n' });
    rmSync(join(room.context, 'src/b.js'));
    expect(await steps()).toEqual([
      'CACHED [1/4] COPY package.json /',
      'CACHED [2/4] RUN install',
      'DONE [3/4] COPY src /src (src/app.js changed, src/new.js is new, src/b.js is gone)',
      'DONE [4/4] RUN make (a step before it changed)',
    ]);
  });

  test('a time is no change, a permission is one', async () => {
    await steps();
    utimesSync(join(room.context, 'package.json'), 1, 1);
    expect((await steps())[0]).toMatch(/^CACHED/);
    chmodSync(join(room.context, 'package.json'), 0o755);
    expect((await steps())[0]).toBe('DONE [1/4] COPY package.json / (package.json changed)');
  });

  test('a file that changes within a moment and keeps its size', async () => {
    await steps();
    for (const content of ['3', '4', '5', '6']) {
      room.write({ 'src/app.js': content });
      const built = await room.build(text, { run });
      expect((await room.files(built))['src/app.js']).toBe(content);
    }
  });

  test('instructions, arguments and variables', async () => {
    const file = (line: string, version = '1') => `FROM scratch\nARG V=${version}\nENV E=1\n${line}\n`;
    await steps(file('RUN a'));
    expect(await steps(file('RUN a'))).toEqual(['CACHED [1/1] RUN a']);
    expect(await steps(file('RUN b'))).toEqual(['DONE [1/1] RUN b (it was RUN a)']);
    expect(await steps(file('RUN b', '2'))).toEqual(['DONE [1/1] RUN b ($V changed)']);
    expect(await steps(file('RUN b', '2'), { buildArgs: new Map([['V', '3']]) })).toEqual([
      'DONE [1/1] RUN b ($V changed)',
    ]);
    expect(await steps(file('RUN b', '2'), { buildArgs: new Map([['HTTP_PROXY', 'x']]) })).toEqual([
      'CACHED [1/1] RUN b',
    ]);
    expect(await steps(file('USER 5\nRUN b', '2'))).toEqual(['DONE [1/1] RUN b (its user changed)']);
  });

  test('an argument counts from where it is declared', async () => {
    const file = 'FROM scratch\nRUN a\nARG V\nRUN b\n';
    await steps(file);
    expect(await steps(file, { buildArgs: new Map([['V', '1']]) })).toEqual([
      'CACHED [1/2] RUN a',
      'DONE [2/2] RUN b ($V changed)',
    ]);
  });

  test('what another stage has, by its content', async () => {
    const file = (word: string) => `FROM scratch AS a\nRUN ${word}\nFROM scratch\nCOPY --from=a /made /x\n`;
    const same = () => ({ made: 'the same' });
    await room.build(file('one'), { run: same });
    expect((await room.build(file('two'), { run: same })).steps).toEqual([
      'DONE [a 1/1] RUN two (it was RUN one)',
      'CACHED [stage-1 1/1] COPY --from=a /made /x',
    ]);
    expect((await room.build(file('three'), { run })).steps[1]).toBe(
      'DONE [stage-1 1/1] COPY --from=a /made /x (made changed)',
    );
  });

  test('what is left out is part of what is told', async () => {
    expect((await steps('FROM scratch\nCOPY --exclude=*.md --exclude=x src /s\n'))[0]).toBe(
      'DONE [1/1] COPY --exclude=*.md --exclude=x src /s',
    );
  });

  test('--no-cache does all again', async () => {
    await steps();
    expect((await steps(text, { noCache: true })).every((step) => step.startsWith('DONE'))).toBe(true);
    expect(room.ran).toHaveLength(4);
  });

  test('files that are mounted count, what a secret holds does not', async () => {
    const file = 'FROM scratch\nRUN --mount=type=bind,source=src,target=/src --mount=type=secret,id=k make\n';
    await steps(file, { secret: async () => Buffer.from('1') });
    expect(await steps(file, { secret: async () => Buffer.from('2') })).toEqual([expect.stringMatching(/^CACHED/)]);
    room.write({ 'src/app.js': 'changed' });
    expect(await steps(file)).toEqual([expect.stringMatching(/^DONE .*\(its mount \/src changed\)$/)]);
  });
});

describe('what is kept', () => {
  test('layers of steps outlive the images, until they are pruned', async () => {
    const { target } = await room.build(text, { run });
    room.store.images.remove(target.digest);
    await room.store.collect();
    expect((await steps()).every((step) => step.startsWith('CACHED'))).toBe(true);
    room.store.images.remove(target.digest);
    const database = new BuildDatabase(room.store.path);
    const pruned = await pruneCache(room.store, database, Number.MAX_SAFE_INTEGER);
    database.close();
    expect(pruned.records).toBe(4);
    expect(pruned.bytes).toBeGreaterThan(0);
    expect(room.store.pins('build-cache:').size).toBe(0);
    expect((await room.store.verify()).blobs).toBe(0);
    expect((await steps()).every((step) => step.startsWith('DONE'))).toBe(true);
  });

  test('what is remembered can be lost', async () => {
    await steps();
    for (const end of ['', '-wal', '-shm']) rmSync(join(room.store.path, `builds.db${end}`), { force: true });
    writeFileSync(join(room.store.path, 'builds.db'), 'no database at all'.repeat(1000));
    expect((await steps()).every((step) => step.startsWith('DONE'))).toBe(true);
    expect((await steps()).every((step) => step.startsWith('CACHED'))).toBe(true);
  });

  test('a layer that was taken away is made again', async () => {
    const { layers } = await room.build(text, { run });
    rmSync(room.store.fileOf(layers[0]!.digest));
    const again = await room.build(text, { run });
    expect(again.steps[0]).toBe('DONE [1/4] COPY package.json / (its result was removed from the cache)');
    expect((await room.store.verify()).problems).toEqual([]);
  });

  test('a build that fails leaves nothing but what the next one goes on with', async () => {
    await expect(room.build(text, { run: ({ argv }) => (argv[2] === 'make' ? 1 : { made: 'x' }) })).rejects.toThrow(
      'exit code: 1',
    );
    expect(room.store.images.list()).toEqual([]);
    expect((await room.store.verify()).problems).toEqual([]);
    expect(await steps()).toEqual([
      ...['CACHED [1/4] COPY package.json /', 'CACHED [2/4] RUN install', 'CACHED [3/4] COPY src /src'],
      'DONE [4/4] RUN make',
    ]);
  });

  test('the same sources make the same image with SOURCE_DATE_EPOCH, at any time and in any store', async () => {
    const file = 'FROM scratch\nWORKDIR /w\nCOPY src /src\nCOPY <<a /a\nx\na\nCMD ["x"]';
    const epoch = 1_000_000_000_000;
    const first = await room.build(file, { epoch });
    using other = new BuildFixture();
    other.time += 5_000_000;
    other.write({ 'src/b.js': '2', 'src/app.js': '1' });
    const second = await other.build(file, { epoch });
    expect(second.target).toEqual(first.target);
    expect(second.config.created).toBe('2001-09-09T01:46:40.000Z');
    expect((await other.build(file, { epoch: epoch + 1000, noCache: true })).target.digest).not.toBe(
      first.target.digest,
    );
  });
});

describe('what makes a difference', () => {
  const base = 'FROM scratch\nARG UNUSED\nCOPY a /a\nENV A=1 B=2\nRUN make\n';

  test('a file of another name, and a list of what is left out', async () => {
    await steps('FROM scratch\nCOPY src /src');
    room.write({ '.dockerignore': 'package.json\n' });
    expect(await steps('FROM scratch\nCOPY src /src')).toEqual(['CACHED [1/1] COPY src /src']);
    room.write({ '.dockerignore': 'src/b.js\n' });
    expect(await steps('FROM scratch\nCOPY src /src')).toEqual(['DONE [1/1] COPY src /src (src/b.js is gone)']);
    room.write({ '.dockerignore': '', 'src/c.js': '2' });
    rmSync(join(room.context, 'src/b.js'));
    expect(await steps('FROM scratch\nCOPY src /src')).toEqual(['DONE [1/1] COPY src /src (src/c.js is new)']);
  });

  test('an argument that is declared, its default, and one that is not', async () => {
    await steps(base);
    const all = ['CACHED [1/2] COPY a /a', 'CACHED [2/2] RUN make'];
    expect(await steps(base, { buildArgs: new Map([['OTHER', '1']]) })).toEqual(all);
    expect(await steps(base.replace('ARG UNUSED', 'ARG UNUSED=1'))).toEqual([
      'CACHED [1/2] COPY a /a',
      'DONE [2/2] RUN make ($UNUSED changed)',
    ]);
  });

  test('the order of variables is none', async () => {
    await steps(base);
    expect(await steps(base.replace('A=1 B=2', 'B=2 A=1'))).toEqual([
      'CACHED [1/2] COPY a /a',
      'CACHED [2/2] RUN make',
    ]);
  });

  test('a base that moved, but for what is linked', async () => {
    const text = 'FROM base\nCOPY --link a /linked/\nCOPY a /copied/\nRUN make\n';
    await room.base('base', { 'etc/': '' });
    const first = await room.build(text, { run });
    await room.base('base', { 'etc/': '', 'etc/new': '1' });
    const second = await room.build(text, { run });
    expect(second.steps.map((step) => step.replace(/ \(.*/, ''))).toEqual([
      'CACHED [2/4] COPY --link a /linked/',
      'DONE [3/4] COPY a /copied/',
      'DONE [4/4] RUN make',
    ]);
    expect(second.layers[1]).toEqual(first.layers[1]);
    expect(Object.keys(await room.files(second))).toEqual(['copied/a', 'etc/new', 'linked/a', 'made']);
  });

  test('--no-cache-filter: some stages only', async () => {
    const text = 'FROM scratch AS a\nRUN one\nFROM scratch AS b\nRUN two\nFROM a\nCOPY --from=b / /\n';
    await room.build(text, { run });
    const { steps: found } = await room.build(text, { run, noCache: ['b'] });
    expect(found.toSorted()).toEqual([
      'CACHED [a 1/1] RUN one',
      'CACHED [stage-2 1/1] COPY --from=b / /',
      'DONE [b 1/1] RUN two',
    ]);
  });
});

describe('two builds at the same time', () => {
  const text = 'FROM scratch\nRUN slow\nRUN quick\n';

  test('do each step once', async () => {
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = async ({ argv }: { argv: readonly string[] }) => {
      if (argv[2] === 'slow') {
        begun.resolve();
        await goOn.promise;
      }
      return { [argv[2]!]: argv[2]! };
    };
    const first = room.build(text, { run: slow });
    await begun.promise;
    using other = new BuildFixture(room.path);
    const second = other.build(text, { run: () => 1 });
    // It is let go only when the other one waits for it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    goOn.resolve();
    const [one, two] = await Promise.all([first, second]);
    expect(two.target).toEqual(one.target);
    expect(other.ran).toEqual([]);
    expect(two.output).toContain('waiting for another build that does the same');
  });

  test('what one that was killed was doing is done by the next', async () => {
    await room.build('FROM scratch\nCOPY a /a', { run });
    const database = new BuildDatabase(room.store.path);
    const claims = () => database.all('SELECT * FROM doing');
    expect(claims()).toEqual([]);
    const built = await room
      .build(text, {
        run() {
          // As if a process of another number had begun it.
          database.run("UPDATE doing SET owner = '4194305' || substr(owner, instr(owner, '-'))");
          return 1;
        },
      })
      .catch((error: unknown) => error);
    expect(built).toBeInstanceOf(Error);
    expect(claims()).toHaveLength(1);
    expect((await room.build(text, { run })).steps.map((step) => step.replace(/ \(.*/, ''))).toEqual([
      'DONE [1/2] RUN slow',
      'DONE [2/2] RUN quick',
    ]);
    expect(claims()).toEqual([]);
    database.close();
  });
});

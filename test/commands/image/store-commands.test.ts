import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createdText, sinceText } from '../../../src/commands/image/docker-text.ts';
import { readChanges } from '../../../src/commands/image/import-changes.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { pruneRepositories } from '../../../src/oci/store/prune-repositories.ts';
import { makeImage, makeIndex, putImage, storeImage, tarOf } from '../../oci/store/images.ts';
import { type Home, inHome } from './in-home.ts';

let home: Home;
beforeEach(() => {
  home = inHome();
});
afterEach(() => home.dispose());

const ok = async (...words: string[]) => {
  const { stdout, stderr, code } = await home.run(words);
  expect([stderr, code]).toEqual(['', 0]);
  return stdout;
};

const [WEB, API] = ['docker.io/library/web:1', 'localhost:5000/shop/api:v2'];

async function given() {
  const web = await makeImage([{ base: 'b' }, { web: 'w'.repeat(3000) }], { created: '2024-01-02T03:04:05Z' });
  const api = await makeImage([{ base: 'b' }, { api: 'a' }], {
    created: '2025-01-02T03:04:05Z',
    config: { Labels: { tier: 'back' } },
  });
  await storeImage(home.store, web, WEB);
  await storeImage(home.store, api, API);
  const ids = { web: digestOf(web.config), api: digestOf(api.config) };
  return { web, api, ids, short: { web: ids.web.slice(7, 19), api: ids.api.slice(7, 19) } };
}

describe('image ls', () => {
  test('has docker columns, newest first', async () => {
    expect(await ok('image', 'ls')).toBe('REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n');
    const { short } = await given();
    const [header, ...lines] = (await ok('image', 'ls')).trimEnd().split('\n');
    expect(header).toBe('REPOSITORY                TAG       IMAGE ID       CREATED         SIZE');
    expect(lines[0]).toMatch(
      new RegExp(`^localhost:5000/shop/api   v2        ${short.api}   \\d+ (months|years) ago +4\\.1kB$`),
    );
    expect(lines[1]).toMatch(
      new RegExp(`^web                       1         ${short.web}   \\d+ (months|years) ago +6\\.66kB$`),
    );
  });

  test('in templates, as JSON, in short, and only what is asked for', async () => {
    const { web, ids, short } = await given();
    expect(await ok('image', 'ls', '--format', '{{.Repository}}:{{.Tag}} {{.Size}}')).toBe(
      'localhost:5000/shop/api:v2 4.1kB\nweb:1 6.66kB\n',
    );
    expect(await ok('image', 'ls', '--format', 'table {{.ID}}\\t{{upper .Repository}}', 'web')).toBe(
      `IMAGE ID       REPOSITORY\n${short.web}   WEB\n`,
    );
    expect(JSON.parse((await ok('image', 'ls', 'web', '--format', 'json', '--no-trunc')).trim())).toMatchObject({
      Repository: 'web',
      Tag: '1',
      ID: ids.web,
      Digest: web.target.digest,
      CreatedAt: '2024-01-02 03:04:05 +0000 UTC',
    });
    expect(await ok('image', 'ls', '-q')).toBe(`${short.api}\n${short.web}\n`);
    const named = async (...filters: string[]) =>
      (await ok('image', 'ls', '--format', '{{.Repository}}', ...filters)).split('\n').slice(0, -1);
    expect(await named('-f', 'label=tier')).toEqual(['localhost:5000/shop/api']);
    expect(await named('-f', 'label=tier=front')).toEqual([]);
    expect(await named('-f', 'reference=we?:1')).toEqual(['web']);
    expect(await named('-f', 'reference=*api')).toEqual([]);
    expect(await named('-f', 'reference=*/*/api')).toEqual(['localhost:5000/shop/api']);
    expect(await named('-f', 'before=localhost:5000/shop/api:v2')).toEqual(['web']);
    expect(await named('-f', `since=${short.web}`)).toEqual(['localhost:5000/shop/api']);
    expect(await named('-f', 'dangling=true')).toEqual([]);
    expect(await named('-f', 'until=2024-01-03')).toEqual(['web']);
    expect(await named('-f', 'until=1h')).toEqual(['localhost:5000/shop/api', 'web']);
    expect(await named('-f', 'until=1h', '-f', 'until=2024-01-03')).toEqual(['web']);
    expect(await named('-f', 'until=2024-01-02')).toEqual([]);
    expect((await home.run(['image', 'ls', '-f', 'untl=1h'])).stderr).toContain('Did you mean "until"?');
    const { stderr, code } = await home.run(['image', 'ls', '-f', 'size=1']);
    expect([code, stderr]).toEqual([1, expect.stringContaining("invalid filter 'size=1'")]);
    expect((await home.run(['image', 'ls', '--format', '{{.Nope'])).stderr).toContain('template parsing error');
  });

  test('a word that is none of ours is named alone, with what was meant', async () => {
    for (const [group, typed, meant] of [
      ['image', 'histroy', 'history'],
      ['registry', 'strat', 'start'],
      ['container', 'comit', 'commit'],
    ] as const) {
      const { stderr, code } = await home.run([group, typed, 'web:1']);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`unknown command "${typed}"\n\nDid you mean this?\n\t${meant}\n`),
      ]);
    }
  });

  test('layers of what the bundled cluster simulates have no files, and say so', async () => {
    const text = await ok('image', 'layers', 'nginx:1.27');
    expect(text).toMatch(/^LAYER +DIGEST +SIZE +INSTRUCTION\n1 +[0-9a-f]{12} +[\d.]+MB +# debian\.sh/);
    expect(text).toContain('nginx:1.27 is simulated by the bundled cluster: these layers have no files\n');
    expect(JSON.parse(await ok('image', 'layers', 'nginx', '-o', 'json'))).toMatchObject({ simulated: true });
    expect((await home.run(['image', 'layers', 'nginx', '--ci'])).stderr).toContain('it has no files to judge');
    // The cluster makes something up for any name; a typing error is one here.
    expect(await home.run(['image', 'layers', 'ngnix'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No such image: ngnix'),
    });
  });

  test('with a path, the files there', async () => {
    const { web } = await given();
    expect(await ok('image', 'ls', 'web:1', '/web')).toMatch(/^-rw-r--r-- {2}0:0 {2}3000 .* web\n$/);
    const all = await ok('image', 'ls', digestOf(web.config).slice(7, 19), '/');
    expect(all.trimEnd().split('\n')).toEqual([expect.stringMatching(/ base$/), expect.stringMatching(/ web$/)]);
    expect(all).toBe(await ok('image', 'files', 'web:1'));
    expect(await ok('image', 'ls', 'web:1', '/', '--layer', '2', '-R')).toMatch(/^\S+ .* web\n$/);

    const wrong = async (...words: string[]) => {
      const { stdout, stderr, code } = await home.run(['image', 'ls', ...words]);
      expect([stdout, code]).toEqual(['', 1]);
      return stderr;
    };
    expect(await wrong('web:1', '--layer', '1')).toContain('--layer needs an image and a path in it');
    expect(await wrong('web:1', '/', '-q')).toContain('--quiet is for lists of images');
    expect(await wrong('web:1', '/', 'more')).toContain('name an image and a path in it');
    expect(await wrong('web:1', '/nope')).toContain('nope');
  });

  test('marks what is simulated', async () => {
    await given();
    const text = await ok('image', 'ls', '--simulated');
    expect(text).toMatch(/^web .* stored$/m);
    expect(text).toMatch(/^nginx +latest .* N\/A .* simulated$/m);
    expect(text).toMatch(/^postgres .* simulated$/m);
    expect(await ok('image', 'ls', 'nginx')).not.toContain('nginx');
  });

  test('tells of damaged images and shows the others', async () => {
    const { web } = await given();
    writeFileSync(home.store.fileOf(digestOf(web.layers[1]!)), 'damaged');
    const { stdout, stderr } = await home.run(['image', 'ls']);
    expect(stdout).toMatch(/shop\/api.*4\.1kB/);
    expect(stderr).toContain('warning: web:1: ');
    const verified = await home.run(['image', 'verify', '--repair']);
    expect([verified.code, verified.stdout]).toEqual([1, expect.stringContaining('does not have that digest')]);
    expect(existsSync(home.store.fileOf(digestOf(web.layers[1]!)))).toBe(false);
  });
});

test.each([
  [500, 'Less than a second ago'],
  [1000, '1 second ago'],
  [59_900, '59 seconds ago'],
  [60_000, 'About a minute ago'],
  [3_599_000, '59 minutes ago'],
  [3_600_000, 'About an hour ago'],
  [90 * 60_000, '2 hours ago'],
  [47 * 3_600_000, '47 hours ago'],
  [48 * 3_600_000, '2 days ago'],
  [13 * 86_400_000, '13 days ago'],
  [14 * 86_400_000, '2 weeks ago'],
  [59 * 86_400_000, '8 weeks ago'],
  [60 * 86_400_000, '2 months ago'],
  [729 * 86_400_000, '24 months ago'],
  [730 * 86_400_000, '2 years ago'],
])('%d ms are %s', (ms, text) => {
  expect(sinceText(ms)).toBe(text);
  expect([sinceText(undefined), createdText(undefined)]).toEqual(['N/A', 'N/A']);
});

test('image inspect writes docker JSON; what is missing fails after the rest', async () => {
  const { web, ids } = await given();
  const { rootfs } = JSON.parse(web.config.toString());
  const [found] = JSON.parse(await ok('image', 'inspect', 'web:1'));
  expect(found).toMatchObject({
    Id: ids.web,
    RepoTags: ['web:1'],
    RepoDigests: [`web@${web.target.digest}`],
    Created: '2024-01-02T03:04:05Z',
    Config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'] },
    Architecture: 'amd64',
    Os: 'linux',
    Size: 6656,
    RootFS: { Type: 'layers', Layers: rootfs.diff_ids },
    Descriptor: web.target,
  });
  expect(await ok('image', 'inspect', ids.web.slice(7, 15), '-f', '{{json .Config.Cmd}} {{.Os}}')).toBe(
    '["/bin/sh"] linux\n',
  );
  const { stdout, stderr, code } = await home.run(['image', 'inspect', 'nope', 'web:1']);
  expect([JSON.parse(stdout).length, code, stderr]).toEqual([1, 1, expect.stringContaining('No such image: nope')]);
});

test('an image that is not there is told with what may have been meant', async () => {
  await given();
  for (const [typed, meant] of [
    ['web', 'Of that name there is: web:1'],
    ['web:2', 'Of that name there is: web:1'],
    ['localhost:5000/shop/apo:v2', 'Did you mean localhost:5000/shop/api:v2?'],
    ['nothing-like-it:1', 'See which are there: kctl image ls'],
  ] as const) {
    for (const words of [
      ['layers', typed],
      ['history', typed],
      ['tag', typed, 'x:1'],
    ]) {
      const { code, stderr } = await home.run(['image', ...words]);
      expect([code, stderr]).toEqual([1, `error: No such image: ${typed}\n${meant}\n`]);
    }
  }
});

test('image history, last step first', async () => {
  const { short, ids } = await given();
  const lines = (await ok('image', 'history', 'web:1')).split('\n');
  expect(lines[0]).toMatch(/^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$/);
  expect(lines[1]).toMatch(new RegExp(`^${short.web} +\\d+ \\w+ ago +CMD \\["/bin/sh"\\] +0B +$`));
  expect(lines[2]).toMatch(/^<missing> .* COPY layer1 \/ +4\.61kB +$/);
  expect(lines[3]).toMatch(/^<missing> .* COPY layer0 \/ +2\.05kB +$/);
  expect(
    await ok(
      'image',
      'history',
      'web:1',
      '--no-trunc',
      '--human=false',
      '--format',
      '{{.ID}} {{.CreatedAt}} {{.Size}}',
    ),
  ).toMatch(new RegExp(`^${ids.web} 2026-01-02T03:04:05Z 0\n<missing> `));
});

test('image tag, rm and prune', async () => {
  const { web, ids } = await given();
  await ok('image', 'tag', 'web:1', 'localhost:5000/web');
  expect((await home.run(['image', 'tag', 'web:1', `x@${web.target.digest}`])).stderr).toContain('digest reference');
  const id = ids.web.slice(7, 19);
  const refused = await home.run(['image', 'rm', id]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('referenced in multiple repositories')]);
  expect(await ok('image', 'rm', 'web:1')).toBe('Untagged: web:1\n');
  home.store.pin('container:abc', [web.target.digest]);
  expect((await home.run(['image', 'rm', 'localhost:5000/web'])).stderr).toContain('container abc uses it');
  home.store.unpin('container:abc');
  expect(await ok('image', 'rm', 'localhost:5000/web')).toBe(
    `Untagged: localhost:5000/web:latest\nDeleted: ${ids.web}\n`,
  );
  expect(existsSync(home.store.fileOf(digestOf(web.layers[1]!)))).toBe(false);
  // The layer that the other image has, too.
  expect(existsSync(home.store.fileOf(digestOf(web.layers[0]!)))).toBe(true);

  await storeImage(home.store, web);
  expect((await home.run(['image', 'prune'], { stdin: 'n\n' })).stdout).toMatch(/continue\? \[y\/N\] $/);
  const pruned = await home.run(['image', 'prune'], { stdin: 'y\n' });
  expect(pruned.stdout).toMatch(
    new RegExp(`Deleted Images:\ndeleted: ${web.target.digest}\n\nTotal reclaimed space: [\\d.]+k?B\n$`),
  );
  expect(await ok('image', 'prune', '-f')).toBe('Total reclaimed space: 0B\n');
  const kept = ['until=2025-01-01', 'until=999999h', 'label=no', 'label!=tier', 'label=tier=other'];
  for (const filter of kept) {
    expect([filter, await ok('image', 'prune', '-af', '--filter', filter)]).toEqual([
      filter,
      'Total reclaimed space: 0B\n',
    ]);
  }
  for (const filter of ['until=soon', 'since=1h', 'label']) {
    expect((await home.run(['image', 'prune', '-af', '--filter', filter])).stderr).toContain(
      `invalid filter '${filter}'`,
    );
  }
  const asked = await home.run(['image', 'prune', '-a', '--filter', 'label=tier'], { stdin: 'n\n' });
  expect(asked.stdout).toContain('Items to be pruned will be filtered with:\n  - label=tier\n');
  const [both] = [await ok('image', 'tree', '-o', 'yaml'), await ok('image', 'tree', '-o', 'json')];
  expect(both).toContain('keptBytes: ');
  expect((await home.run(['image', 'tree', '-o', 'xml'])).stderr).toContain('allowed formats are: json,yaml');
  const fits = ['--filter', 'until=2025-02-01', '--filter', 'label=tier=back'];
  expect(await ok('image', 'prune', '-af', ...fits)).toContain('untagged: localhost:5000/shop/api:v2');
  expect((await home.store.verify()).blobs).toBe(0);
});

test('the registry loses what has no tag, and keeps what a tag, an index or a subject holds', async () => {
  const { store } = home;
  const [tagged, child, old] = await Promise.all(['tagged', 'child', 'old'].map((a) => makeImage([{ a }])));
  const index = makeIndex([{ image: child!, architecture: 'amd64' }]);
  await using lease = store.lease('test');
  for (const image of [tagged!, child!, old!]) await putImage(lease, image);
  await lease.put(index.content);
  store.repositories.putManifest('web', tagged!.target, ['v1']);
  store.repositories.putManifest('web', child!.target, []);
  store.repositories.putManifest('web', index.target, ['multi']);
  store.repositories.putManifest('web', old!.target, []);
  const signature = { ...old!.target, digest: digestOf(Buffer.from('signature')), subject: tagged!.target.digest };
  store.repositories.putManifest('web', signature, []);
  expect(await pruneRepositories(store, Date.now())).toEqual([]);
  expect(await pruneRepositories(store, Date.now() + 3_700_000)).toEqual([
    { repository: 'web', digest: old!.target.digest },
  ]);
});

test('image save and load, by file, by folder and by pipe', async () => {
  const { web } = await given();
  await ok('image', 'save', 'web:1', API, '-o', 'both.tar');
  await ok('image', 'save', 'web:1', '--format', 'oci-dir', '-o', 'layout');
  const piped = (await home.run(['image', 'save', 'web:1'])).bytes;
  await ok('image', 'prune', '-af');
  expect(await ok('image', 'load', '-i', 'both.tar')).toBe(
    'Loaded image: web:1\nLoaded image: localhost:5000/shop/api:v2\n',
  );
  expect(await ok('image', 'load', 'layout', '--name', 'other:3')).toBe('Loaded image: other:3\n');
  await ok('image', 'prune', '-af');
  const loaded = await home.run(['image', 'load'], { stdin: piped });
  expect(loaded).toMatchObject({ stdout: 'Loaded image: web:1\n', code: 0 });
  expect((await home.store.images.find('web:1')).target).toEqual(web.target);
  expect((await home.store.verify()).blobs).toBe(4);
  expect(readdirSync(home.path).sort()).toEqual(['both.tar', 'kctl', 'layout']);
  for (const [words, text] of [
    [['image', 'save', 'web:1'], 'cowardly refusing'],
    [['image', 'export', 'web:1'], 'cowardly refusing'],
    [['image', 'load'], 'stdin is empty'],
  ] as const) {
    expect((await home.run(words, { terminal: true })).stderr).toContain(text);
  }
  const rubbish = await home.run(['image', 'load'], { stdin: 'rubbish' });
  expect([rubbish.code, rubbish.stderr]).toEqual([
    1,
    expect.stringContaining('error: standard input is not an image archive'),
  ]);
  expect((await home.store.verify()).blobs).toBe(4);
});

test('image import and export: the tree comes back', async () => {
  const root = await tarOf({ 'etc/motd': 'hello', 'bin/sh': '#!' });
  writeFileSync(join(home.path, 'root.tar'), root);
  const id = (
    await ok('image', 'import', 'root.tar', 'mini:1', '-c', 'CMD ["/bin/sh"]', '-c', 'ENV A=1', '-m', 'mine')
  ).trim();
  expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
  const [found] = JSON.parse(await ok('image', 'inspect', 'mini:1'));
  expect(found).toMatchObject({ Id: id, Comment: 'mine', Config: { Cmd: ['/bin/sh'], Env: ['A=1'] } });
  expect(found.RootFS.Layers).toEqual([digestOf(root)]);
  await ok('image', 'export', 'mini:1', '-o', 'out.tar');
  mkdirSync(join(home.path, 'out'));
  execFileSync('tar', ['-xf', 'out.tar', '-C', 'out'], { cwd: home.path });
  expect(readFileSync(join(home.path, 'out/etc/motd'), 'utf8')).toBe('hello');
  expect((await home.run(['image', 'import', '-'], { stdin: root })).code).toBe(0);
  for (const [stdin, text] of [
    ['', 'empty'],
    ['rubbish', 'is no tar'],
  ] as const) {
    const { code, stderr } = await home.run(['image', 'import', '-'], { stdin });
    expect([code, stderr]).toEqual([1, expect.stringContaining(text)]);
  }
  expect((await home.store.verify()).problems).toEqual([]);
});

test('changes of an import', () => {
  expect(
    readChanges([
      'CMD echo hi',
      'entrypoint ["/init"]',
      'ENV A=1 B="two words" C=x\\ y',
      'ENV A 3 and more',
      'EXPOSE 80 53/udp',
      'LABEL a=b',
      'USER 1000',
      'VOLUME ["/data"]',
      'WORKDIR /app',
      'WORKDIR sub',
      'STOPSIGNAL SIGQUIT',
    ]),
  ).toEqual({
    Cmd: ['/bin/sh', '-c', 'echo hi'],
    Entrypoint: ['/init'],
    Env: ['B=two words', 'C=x y', 'A=3 and more'],
    ExposedPorts: { '80/tcp': {}, '53/udp': {} },
    Labels: { a: 'b' },
    User: '1000',
    Volumes: { '/data': {} },
    WorkingDir: '/app/sub',
    StopSignal: 'SIGQUIT',
  });
  expect(() => readChanges(['RUN rm -rf /'])).toThrow('is no instruction');
});

test('names are completed', async () => {
  await given();
  const { stdout } = await home.run(['__complete', 'image', 'inspect', '']);
  expect(stdout.split('\n').slice(0, 2).sort()).toEqual(['localhost:5000/shop/api:v2', 'web:1']);
});

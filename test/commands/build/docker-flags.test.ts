// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like that
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRegistry } from '../../../src/oci/server/registry.ts';
import { type Home, inHome } from '../image/in-home.ts';

let home: Home;
beforeEach(() => {
  home = inHome();
  mkdirSync(join(home.path, 'app'));
});
afterEach(() => home.dispose());

const build = (text: string, ...flags: string[]) => {
  writeFileSync(join(home.path, 'app/Dockerfile'), text);
  return home.run(['build', ...flags, 'app']);
};
const read = (name: string): unknown => JSON.parse(readFileSync(join(home.path, name), 'utf8'));
const said = async (...flags: string[]) => (await build('FROM scratch\nLABEL a=1\n', ...flags)).stderr;

const text = [
  '# VERSION of what is built',
  'ARG VERSION=1',
  '# build compiles it',
  'FROM scratch AS build',
  'ARG VERSION',
  '# MODE says how',
  'ARG MODE="fast run"',
  'RUN --mount=type=secret,id=key,required --mount=type=cache,id=npm,target=/c --mount=type=ssh x',
  'FROM scratch AS test',
  'ARG ONLY_TEST=1',
  'RUN --mount=type=secret,id=other x',
  'FROM scratch AS Release',
  'COPY --from=build / /',
].join('\n');

describe('--call', () => {
  test('outline: what the target takes', async () => {
    const { stdout, code } = await build(text, '--call=outline', '--target', 'build', '--build-arg', 'VERSION=2');
    expect(code).toBe(0);
    expect(stdout).toBe(`TARGET:      build
DESCRIPTION: compiles it

BUILD ARG  VALUE     DESCRIPTION
VERSION    2         of what is built
MODE       fast run  says how

SECRET  REQUIRED
key     true

SSH      REQUIRED
default

CACHE MOUNT
npm
`);
    const other = JSON.parse((await build(text, '--call=outline,format=json')).stdout) as Record<string, unknown>;
    expect(other).toMatchObject({
      name: 'release',
      args: [
        { name: 'VERSION', value: '1', location: { ranges: [{ start: { line: 2 }, end: { line: 2 } }] } },
        { name: 'MODE' },
      ],
      secrets: [{ name: 'key', required: true }],
    });
  });

  test('targets', async () => {
    expect((await build(text, '--call=targets')).stdout).toBe(`TARGET             DESCRIPTION
build              compiles it
test
release (default)
`);
    const found = JSON.parse((await build(text, '--call', 'targets,format=json')).stdout) as { targets: object[] };
    expect(found.targets).toHaveLength(3);
    expect(found.targets[2]).toMatchObject({ name: 'release', default: true, base: 'scratch' });
  });

  test('check, for programs', async () => {
    const { stdout, code } = await build('FROM scratch AS a\nCMD x\nFROM scratch\n', '--call=check,format=json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      warnings: [{ ruleName: 'JSONArgsRecommended', location: { ranges: [{ start: { line: 2 } }] } }],
      sources: [{ fileName: 'Dockerfile' }],
    });
    const broken = await build('FROM scratch AS Bad\nNOPE\n', '--check');
    expect(broken.stdout).toContain('WARNING: StageNameCasing');
    expect(broken.stderr).toContain('dockerfile parse error on line 2: unknown instruction: NOPE');
    expect(await said('--call=fly')).toContain('error: there is no call "fly"');
  });
});

describe('what is written of the image', () => {
  test('annotations, of each platform and of the index', async () => {
    const { code } = await build(
      'FROM scratch\nLABEL a=1\n',
      ...['-t', 'many', '--platform', 'linux/amd64', '--platform', 'linux/arm64', '--metadata-file', 'meta.json'],
      ...['--annotation', 'a=1', '--annotation', 'manifest[linux/arm64]:b=x:y=2', '--annotation', 'index:c=3'],
      ...['--annotation', 'manifest-descriptor:d=4'],
    );
    expect(code).toBe(0);
    const document = async (digest: string) =>
      JSON.parse((await home.store.document(digest)).toString('utf8')) as {
        annotations: object;
        manifests: { digest: string; annotations: object }[];
      };
    const meta = read('meta.json') as Record<string, string>;
    expect(meta['image.name']).toBe('docker.io/library/many:latest');
    expect(meta).not.toHaveProperty('containerimage.config.digest');
    const index = await document(meta['containerimage.digest']!);
    expect(index.annotations).toEqual({ c: '3' });
    expect(index.manifests.map(({ annotations }) => annotations)).toEqual([{ d: '4' }, { d: '4' }]);
    const manifests = await Promise.all(index.manifests.map(({ digest }) => document(digest)));
    expect(manifests.map(({ annotations }) => annotations)).toEqual([{ a: '1' }, { a: '1', b: 'x:y=2' }]);
    expect(await said('--annotation', 'index:a=1')).toContain('index annotations are for images of several platforms');
    expect(await said('--annotation', 'a')).toContain('invalid annotation "a", expected key=value');
  });

  test('digests and warnings', async () => {
    await build('FROM scratch\nCMD x\n', '--metadata-file', 'meta.json', '--iidfile', 'id');
    const id = readFileSync(join(home.path, 'id'), 'utf8');
    expect(read('meta.json')).toMatchObject({
      'containerimage.config.digest': id,
      'containerimage.descriptor': { mediaType: 'application/vnd.oci.image.manifest.v1+json' },
      'buildx.build.warnings': [{ sourceInfo: { filename: 'Dockerfile' }, range: [{ start: { line: 2 } }] }],
    });
  });

  test('an image of several platforms is pushed, saved, loaded and copied to folders whole', async () => {
    const other = inHome();
    const registry = openRegistry(other.store);
    const server = createServer((request, response) => registry.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const name = `127.0.0.1:${(server.address() as AddressInfo).port}/many:1`;
    const file = 'FROM scratch\nARG TARGETARCH\nCOPY <<EOF /arch\n$TARGETARCH\nEOF\n';
    const platforms = ['--platform', 'linux/arm64,linux/s390x'];
    try {
      const built = await build(file, '-t', name, '--push', ...platforms);
      expect(built.code).toBe(0);
      expect(built.stderr).toMatch(/1: digest: sha256:\w+ size: \d+/);
      await home.run(['image', 'rm', name]);
      for (const [platform, arch] of [
        ['linux/arm64', 'arm64'],
        ['linux/s390x', 's390x'],
      ] as const) {
        expect(await home.run(['pull', '--platform', platform, name])).toMatchObject({ code: 0 });
        const { stdout } = await home.run(['image', 'cat', '--platform', platform, name, '/arch']);
        expect(stdout).toBe(`${arch}\n`);
      }
      await build(file, '-t', 'many', ...platforms);
      expect((await home.run(['image', 'ls'])).stdout).toContain('many');
      await home.run(['image', 'save', '-o', 'many.tar', '--format', 'oci-archive', 'many']);
      await home.run(['image', 'rm', 'many']);
      expect(await home.run(['image', 'load', '-i', 'many.tar'])).toMatchObject({ code: 0 });
      const cat = await home.run(['image', 'cat', '--platform', 'linux/s390x', 'many', '/arch']);
      expect(cat.stdout).toBe('s390x\n');
      expect(await build(file, '-o', 'out', ...platforms)).toMatchObject({ code: 0 });
      expect(readFileSync(join(home.path, 'out/linux_arm64/arch'), 'utf8')).toBe('arm64\n');
      expect(readFileSync(join(home.path, 'out/linux_s390x/arch'), 'utf8')).toBe('s390x\n');
    } finally {
      server.closeAllConnections();
      server.close();
      await registry.close();
      other.dispose();
    }
  });
});

describe('how it is told', () => {
  test('rawjson: what happens, as lines of JSON', async () => {
    const { stderr } = await build('FROM scratch\nWORKDIR /a\n', '--progress=rawjson');
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { vertexes?: { name: string; completed?: string }[] });
    const ended = lines.flatMap(({ vertexes = [] }) => vertexes.filter(({ completed }) => completed));
    expect(ended.map(({ name }) => name)).toContain('[1/1] WORKDIR /a');
  });

  test('none', async () => expect((await build('FROM scratch\nLABEL a=1\n', '--progress=none')).stderr).toBe(''));
});

describe("docker's flags that are not had", () => {
  test('say so, and what to do', async () => {
    expect(await said('--squash')).toMatch(/^error: --squash is not supported\n.*COPY --from/m);
    expect(await said('--memory', '1g')).toContain('--memory is not supported');
    expect(await said('-m', '1g')).toContain('--memory is not supported');
    expect(await said('--cgroup-parent', 'x')).toContain('systemd-run --scope');
    expect(await said('--sbom')).toContain('--sbom is not supported');
    expect(await said('--provenance', '--load')).toContain('--provenance is not supported');
    expect(await said('--attest', 'type=provenance,mode=max')).toContain('is not supported');
    expect(await said('--cache-to', 'type=inline')).toContain('--cache-to is not supported');
    expect(await said('--push')).toContain('tag is needed when pushing to registry');
    expect(await said('--add-host', 'a')).toContain('bad format for add-host: "a"');
    expect(await said('--add-host', 'a:b')).toContain('invalid IP address in add-host: "b"');
    expect(await said('--ulimit', 'nofiles=1')).toContain('invalid ulimit type: nofiles');
    expect(await said('--ulimit', 'nofile=3:2')).toContain(
      'soft limit must be less than or equal to hard limit: 3 > 2',
    );
    expect(await said('--shm-size', 'big')).toContain('invalid --shm-size "big"');
  });

  test('and those that ask for nothing are taken', async () => {
    const flags = [
      '--rm',
      '--force-rm',
      '-D',
      '--sbom=false',
      '--provenance=false',
      '--load',
      '--attest',
      'type=sbom,disabled=true',
    ];
    expect((await build('FROM scratch\nLABEL a=1\n', ...flags)).code).toBe(0);
  });
});

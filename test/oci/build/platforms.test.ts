// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like that
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  crossingTo,
  ownPlatform,
  type Platform,
  parsePlatform,
  platformName,
} from '../../../src/oci/build/plan/platform.ts';
import { hasHandler, refuseForeign } from '../../../src/oci/build/steps/foreign-platform.ts';
import { readPlatforms } from '../../../src/oci/store/read-image.ts';
import { BuildFixture } from './build-room.ts';

let room: BuildFixture;
beforeEach(() => {
  room = new BuildFixture();
});
afterEach(() => room[Symbol.dispose]());

const own = platformName(ownPlatform());
const several: readonly Platform[] = [own, 'linux/s390x', 'linux/arm/v7'].map(parsePlatform);

const index = async (target: { digest: string }) =>
  JSON.parse((await room.store.document(target.digest)).toString('utf8')) as {
    mediaType: string;
    manifests: { digest: string; platform: object }[];
  };

describe('an image of several platforms', () => {
  test('is an index of the images of each, in the order that was asked for', async () => {
    const text = 'FROM scratch\nARG TARGETARCH TARGETVARIANT\nCOPY <<EOF /arch\n$TARGETARCH/$TARGETVARIANT\nEOF\n';
    const built = await room.build(text, { platforms: several, names: ['docker.io/library/base:latest'] });
    const { mediaType, manifests } = await index(built.target);
    expect(mediaType).toBe('application/vnd.oci.image.index.v1+json');
    expect(manifests.map(({ platform }) => platform)).toEqual([
      { architecture: ownPlatform().architecture, os: 'linux' },
      { architecture: 's390x', os: 'linux' },
      { architecture: 'arm', os: 'linux', variant: 'v7' },
    ]);
    expect(built.id).toBe(built.target.digest);
    const images = await readPlatforms(room.store, built.target);
    const files = await Promise.all(images.map(({ target }) => room.files({ target })));
    expect(files).toEqual([{ arch: `${ownPlatform().architecture}/\n` }, { arch: 's390x/\n' }, { arch: 'arm/v7\n' }]);
    expect(images.map(({ config }) => config.variant)).toEqual([undefined, undefined, 'v7']);

    // What is built on it takes that of each platform.
    const upon = await room.build('FROM base\nLABEL a=1', { platforms: several });
    const uponFiles = (await readPlatforms(room.store, upon.target)).map(({ target }) => room.files({ target }));
    expect(await Promise.all(uponFiles)).toEqual(files);
  });

  test('with a time that is set, it has the same digest each time', async () => {
    const text = 'FROM scratch\nCOPY <<EOF /a\nx\nEOF\n';
    const first = await room.build(text, { platforms: several, epoch: 1e12 });
    room.time += 86_400_000;
    const second = await room.build(text, { platforms: several, epoch: 1e12, noCache: true });
    expect(second.target.digest).toBe(first.target.digest);
  });

  test('what runs on this machine is done once, and steps are shown with their platforms', async () => {
    await room.build('FROM scratch\nCOPY <<EOF /x\nx\nEOF\n', {
      platforms: several,
      names: ['docker.io/library/base:latest'],
    });
    const text = [
      'FROM --platform=$BUILDPLATFORM base AS build',
      'RUN get sources',
      'ARG TARGETARCH',
      'RUN compile for $TARGETARCH',
      'FROM base',
      'WORKDIR /srv',
      'COPY --from=build /out /',
    ].join('\n');
    const run = ({ argv, env }: { argv: readonly string[]; env: readonly string[] }) =>
      argv[2]!.startsWith('get') ? { src: '1' } : { out: env.find((line) => line.startsWith('TARGETARCH='))! };
    const built = await room.build(text, { platforms: several, run });
    expect(room.ran.map(({ argv }) => argv[2])).toEqual([
      'get sources',
      ...several.map(() => 'compile for $TARGETARCH'),
    ]);
    const found = await Promise.all(
      (await readPlatforms(room.store, built.target)).map(async ({ target }) => (await room.files({ target }))['out']),
    );
    expect(found).toEqual(several.map(({ architecture }) => `TARGETARCH=${architecture}`));
    const names = built.steps.map((step) => step.replace(/^\w+ /, '')).sort();
    expect(names).toEqual(
      [
        `[${own} build 2/3] RUN get sources`,
        `[${own} build 3/3] RUN compile for $TARGETARCH`,
        `[${own}->arm/v7 build 3/3] RUN compile for $TARGETARCH`,
        `[${own}->s390x build 3/3] RUN compile for $TARGETARCH`,
        ...['linux/arm/v7', 'linux/s390x', own].flatMap((platform) => [
          `[${platform} stage-1 2/3] WORKDIR /srv`,
          `[${platform} stage-1 3/3] COPY --from=build /out /`,
        ]),
      ].sort(),
    );
    const heads = built.output.split('\n').filter((line) => / load metadata for /.test(line));
    expect(heads.map((line) => line.replace(/^#\d+ /, '')).sort()).toEqual(
      [own, 'linux/s390x', 'linux/arm/v7']
        .map((platform) => `[${platform} internal] load metadata for docker.io/library/base:latest`)
        .sort(),
    );

    const again = await room.build(text, { platforms: several, run });
    expect(again.steps.every((step) => step.startsWith('CACHED '))).toBe(true);
    expect(again.target).toEqual(built.target);
  });

  test('steps that stages have in common are done once', async () => {
    const text =
      'FROM scratch AS a\nRUN same\nRUN one\nFROM scratch AS b\nRUN same\nRUN two\nFROM scratch\nCOPY --from=a /same /a\nCOPY --from=b /two /b\n';
    const built = await room.build(text, { run: ({ argv }) => ({ [argv[2]!]: argv[2]! }) });
    expect(room.ran.map(({ argv }) => argv[2]).sort()).toEqual(['one', 'same', 'two']);
    expect(await room.files(built)).toEqual({ a: 'same', b: 'two' });
  });

  test('of a base that is there for other platforms alone nothing is taken', async () => {
    await room.build('FROM scratch\nLABEL a=1', { platforms: several, names: ['docker.io/library/base:latest'] });
    await expect(room.build('FROM base', { platforms: [parsePlatform('linux/riscv64')] })).rejects.toThrow(
      'no match for platform linux/riscv64 in the manifest: not found',
    );
  });
});

describe('names of platforms', () => {
  test.each([
    ['arm64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm', 'linux/arm/v7'],
    ['armhf', 'linux/arm/v7'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/x86_64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
  ])('%s', (text, name) => expect(platformName(parsePlatform(text))).toBe(name));
});

describe('what steps make files for', () => {
  const own = parsePlatform('linux/amd64');
  test.each([
    [{}, ''],
    [{ TARGETARCH: 'amd64' }, ''],
    [{ TARGETARCH: 'arm64' }, '->arm64'],
    [{ TARGETARCH: 'arm' }, '->arm/v7'],
    [{ TARGETARCH: 'arm', TARGETVARIANT: 'v6' }, '->arm/v6'],
    [{ TARGETOS: 'windows' }, '->windows/amd64'],
    [{ TARGETVARIANT: 'v3' }, ''],
    [{ TARGETPLATFORM: 'linux/s390x', TARGETARCH: 'arm' }, '->s390x'],
    [{ TARGETPLATFORM: 'no such/thing', TARGETARCH: 'riscv64' }, '->riscv64'],
    [{ TARGETARCH: 'a b' }, ''],
  ])('%j: %s', (args: Record<string, string>, shown) => expect(crossingTo(own, (name) => args[name])).toBe(shown));
});

describe('programs of other machines', () => {
  const qemu = (flags: string) =>
    `enabled\ninterpreter /usr/bin/qemu-s390x-static\nflags: ${flags}\noffset 0\nmagic 7f454c4602020100000000000000000000020016\nmask ffffffffffffff00fffffffffffffffffffeffff\n`;
  const folder = (files: Record<string, string>) => {
    const path = join(room.path, 'binfmt');
    mkdirSync(path, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
    return path;
  };

  test('are run where the kernel has an emulator that is found in other roots', () => {
    const there = folder({ status: 'enabled\n', register: '', 'qemu-s390x': qemu('OCF') });
    expect([hasHandler('s390x', there), hasHandler('arm64', there)]).toEqual([true, false]);
    expect(() => refuseForeign(parsePlatform('linux/s390x'), { first: 1, last: 1 }, there)).not.toThrow();
    expect(hasHandler('s390x', folder({ 'qemu-s390x': qemu('OC') }))).toBe(false);
    expect(hasHandler('s390x', folder({ 'qemu-s390x': qemu('OCF').replace('enabled', 'disabled') }))).toBe(false);
    expect(hasHandler('s390x', folder({ 'qemu-s390x': qemu('OCF'), status: 'disabled\n' }))).toBe(false);
    expect(hasHandler('s390x', join(there, 'no'))).toBe(false);
  });
});

test('what commands run with is given to them, and is part of what is reused', async () => {
  const text = 'FROM scratch\nRUN x\n';
  const machine = { hosts: [{ name: 'db', address: '10.0.0.2' }], shmSize: 2 ** 20, limits: ['nofile=1:2'] };
  await room.build(text, { machine });
  const [{ mounts, limits }] = room.ran as [(typeof room.ran)[number]];
  expect(limits).toEqual(['nofile=1:2']);
  expect(mounts).toMatchObject([
    { type: 'secret', target: '/etc/hosts', mode: 0o644 },
    { type: 'tmpfs', target: '/dev/shm', size: 2 ** 20, mode: 0o1777 },
  ]);
  expect(String((mounts[0] as { content: Buffer }).content)).toMatch(
    /^127\.0\.0\.1\tlocalhost[\s\S]*\n10\.0\.0\.2\tdb\n$/,
  );
  expect((await room.build(text, { machine })).steps).toEqual(['CACHED [1/1] RUN x']);
  expect((await room.build(text)).steps[0]).toMatch(/^DONE /);
});

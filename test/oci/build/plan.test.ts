// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like that
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEntries } from '../../../src/oci/rootfs/tar/read-entries.ts';
import { TarWriter } from '../../../src/oci/rootfs/tar/write-entries.ts';
import type { GivenFiles } from '../../../src/oci/rootfs/types.ts';
import { BuildFixture } from './build-room.ts';

let room: BuildFixture;
beforeEach(() => {
  room = new BuildFixture();
});
afterEach(() => room[Symbol.dispose]());

const config = async (text: string, buildArgs: Record<string, string> = {}) =>
  (await room.build(text, { buildArgs: new Map(Object.entries(buildArgs)) })).config.config!;

async function namesOf(files: GivenFiles): Promise<string[]> {
  const tar = new TarWriter();
  const names: string[] = [];
  const reading = readEntries(tar.bytes, 'files', async ({ path }) => void names.push(path));
  await files.write(tar);
  tar.end();
  await reading;
  return names;
}

describe('variables', () => {
  test('an argument before FROM is seen in a stage only after it is declared there', async () => {
    const text = 'ARG V=1\nFROM scratch\nLABEL before=x$V\nARG V\nLABEL after=x$V';
    expect((await config(text)).Labels).toEqual({ before: 'x', after: 'x1' });
    expect((await config(text, { V: '2' })).Labels).toEqual({ before: 'x', after: 'x2' });
  });

  test('ENV wins over ARG, whatever comes first and whatever is given', async () => {
    const text = 'FROM scratch\nENV A=env\nARG A=arg\nARG B=arg\nENV B=env\nLABEL a=$A b=$B';
    expect((await config(text, { A: 'given', B: 'given' })).Labels).toEqual({ a: 'env', b: 'env' });
  });

  test('all words of an instruction see the values from before it', async () => {
    const { Env } = await config('FROM scratch\nENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc');
    expect(Env!.slice(1)).toEqual(['abc=bye', 'def=hello', 'ghi=bye']);
  });

  test('a stage inherits the arguments of the stage that it is built on', async () => {
    const { Labels } = await config('FROM scratch AS a\nARG X=1\nFROM a\nLABEL x=$X\nFROM a AS b\nLABEL y=$X');
    expect(Labels).toEqual({ y: '1' });
  });

  test('what is known of platforms', async () => {
    const { Labels } = await config('FROM scratch\nLABEL no=x$TARGETARCH\nARG TARGETOS TARGETARCH\nLABEL os=$TARGETOS');
    expect(Labels).toEqual({ no: 'x', os: 'linux' });
  });

  test('arguments that nothing asks for are told of', async () => {
    const built = await room.build('FROM scratch\nARG A', {
      buildArgs: new Map([
        ['A', '1'],
        ['b', '2'],
        ['HTTP_PROXY', 'p'],
      ]),
    });
    expect(built.plan.unusedArgs).toEqual(['b']);
  });

  test('a variable that has to be set', async () => {
    await expect(room.build('FROM scratch\nENV A="${B:?it is needed}"')).rejects.toThrow('B: it is needed');
  });
});

describe('what the image says of its containers', () => {
  test('settings, and how the history tells of them', async () => {
    const { config: image } = await room.build(
      [
        'FROM scratch',
        'ARG V=1',
        'ENV A="b c"',
        'EXPOSE 80 53/udp 9000-9001',
        'VOLUME ["/data"]',
        'WORKDIR srv',
        'STOPSIGNAL SIGINT',
        'SHELL ["/bin/bash", "-c"]',
        'HEALTHCHECK --interval=5s CMD curl localhost',
        'ENTRYPOINT ["/bin/server"]',
        'CMD run it',
        'ONBUILD RUN make',
        'MAINTAINER me',
      ].join('\n'),
    );
    expect(image.config).toMatchObject({
      ExposedPorts: { '80/tcp': {}, '53/udp': {}, '9000/tcp': {}, '9001/tcp': {} },
      ...{ Volumes: { '/data': {} }, WorkingDir: '/srv', StopSignal: 'SIGINT', Shell: ['/bin/bash', '-c'] },
      Healthcheck: { Test: ['CMD-SHELL', 'curl localhost'], Interval: 5e9 },
      ...{ Entrypoint: ['/bin/server'], Cmd: ['/bin/bash', '-c', 'run it'], OnBuild: ['RUN make'] },
      Env: [expect.stringMatching(/^PATH=/), 'A=b c'],
    });
    expect(image.author).toBe('me');
    expect(image.history!.map(({ created_by, empty_layer }) => `${empty_layer ? '' : 'layer '}${created_by}`)).toEqual([
      'ARG V=1',
      'ENV A=b c',
      'EXPOSE map[80/tcp:{} 53/udp:{} 9000/tcp:{} 9001/tcp:{}]',
      'VOLUME [/data]',
      'layer WORKDIR /srv',
      'STOPSIGNAL SIGINT',
      'SHELL [/bin/bash -c]',
      `HEALTHCHECK &{["CMD-SHELL" "curl localhost"] "5s" "0s" "0s" "0s" '\\x00'}`,
      'ENTRYPOINT ["/bin/server"]',
      'CMD ["/bin/bash" "-c" "run it"]',
      'ONBUILD RUN make',
      'MAINTAINER me',
    ]);
  });

  test('an ENTRYPOINT takes the CMD of the base away, and leaves its own', async () => {
    await room.base('base', { 'bin/': '' }, { Cmd: ['sh'] });
    expect((await config('FROM base\nENTRYPOINT ["x"]')).Cmd).toBeUndefined();
    expect((await config('FROM base\nCMD ["y"]\nENTRYPOINT ["x"]')).Cmd).toEqual(['y']);
    expect((await config('FROM base AS a\nCMD ["y"]\nFROM a\nENTRYPOINT ["x"]')).Cmd).toBeUndefined();
  });

  test('triggers of the base run in the image that is built on it, and are not in it', async () => {
    room.write({ a: '1' });
    await room.base('base', { 'bin/': '' }, { OnBuild: ['COPY a /copied', 'ENV B=2'], WorkingDir: '/x' });
    const built = await room.build('FROM base\nLABEL l=$B');
    expect(built.config.config).toMatchObject({ Labels: { l: '2' } });
    expect(built.config.config).not.toHaveProperty('OnBuild');
    expect(await room.files(built)).toEqual({ copied: '1' });
    expect(built.steps).toEqual(['DONE [2/2] ONBUILD COPY a /copied']);
  });

  test('labels of the command line', async () => {
    const built = await room.build('FROM scratch\nLABEL a=1 b=2', { labels: new Map([['b', '3']]) });
    expect(built.config.config!.Labels).toEqual({ a: '1', b: '3' });
  });
});

describe('commands', () => {
  const commands = async (text: string, buildArgs: Record<string, string> = {}) => {
    await room.build(text, { buildArgs: new Map(Object.entries(buildArgs)), run: () => ({ made: 'x' }) });
    return room.ran;
  };

  test('environment, working directory, user and shell', async () => {
    const [first, second] = await commands(
      'FROM scratch\nENV A=1\nARG B=2 C\nWORKDIR /srv\nRUN make $A\nUSER 7:8\nSHELL ["/bin/zsh", "-ec"]\nRUN --network=none make\n',
      { HTTP_PROXY: 'http://proxy', B: '3' },
    );
    expect(first).toMatchObject({ argv: ['/bin/sh', '-c', 'make $A'], cwd: '/srv', user: '', network: 'default' });
    expect(first!.env).toEqual(expect.arrayContaining(['A=1', 'B=3', 'HTTP_PROXY=http://proxy']));
    expect(first!.env.some((line) => line.startsWith('C='))).toBe(false);
    expect(second).toMatchObject({ argv: ['/bin/zsh', '-ec', 'make'], user: '7:8', network: 'none' });
  });

  test('the history has arguments that are declared, and no proxies', async () => {
    const { config: image } = await room.build('FROM scratch\nARG V=1\nRUN make', {
      buildArgs: new Map([['HTTP_PROXY', 'http://secret']]),
      run: () => ({ made: 'x' }),
    });
    expect(image.history!.at(-1)).toMatchObject({ created_by: 'RUN |1 V=1 /bin/sh -c make # buildkit' });
    expect(JSON.stringify(image)).not.toContain('secret');
  });

  test('heredocs: for the shell, and programs of their own', async () => {
    const [shell, program, mixed] = await commands(
      'FROM scratch\nRUN <<EOF\necho $A\nEOF\nRUN <<EOF\n#!/bin/awk -f\nx\nEOF\nRUN cat <<EOF > /a\nhello\nEOF\n',
    );
    expect(shell!.argv).toEqual(['/bin/sh', '-c', 'echo $A\n']);
    expect(program).toMatchObject({
      argv: ['/dev/pipes/EOF'],
      mounts: [{ target: '/dev/pipes/EOF', content: Buffer.from('#!/bin/awk -f\nx\n'), mode: 0o755 }],
    });
    expect(mixed!.argv[2]).toBe('cat <<EOF > /a\nhello\nEOF');
  });

  test('mounts', async () => {
    room.write({ 'src/a': 'A', '.dockerignore': 'src/b', 'src/b': 'B' });
    let seen: string[] = [];
    await room.build(
      'FROM scratch\nWORKDIR /w\nRUN --mount=type=cache,target=/c,sharing=locked,mode=0700,uid=5 --mount=type=tmpfs,target=t,size=2m --mount=type=bind,source=src,target=s --mount=type=secret,id=key,env=KEY,target=/k make',
      {
        secret: async ({ id }) => Buffer.from(`${id} value`),
        async run({ mounts }) {
          const bind = mounts.find((mount) => mount.type === 'files')!;
          seen = await namesOf(bind.files);
          return {};
        },
      },
    );
    expect(room.ran[0]!.mounts).toMatchObject([
      { type: 'cache', id: '/c', target: '/c', sharing: 'locked', mode: 0o700, uid: 5, gid: 0, readOnly: false },
      { type: 'tmpfs', target: '/w/t', size: 2 << 20 },
      { type: 'files', target: '/w/s', readOnly: true },
      { type: 'secret', target: '/k', content: Buffer.from('key value'), mode: 0o400 },
    ]);
    expect(room.ran[0]!.env).toContain('KEY=key value');
    expect([...new Set(seen)]).toEqual(['top', 'top/a']);
  });

  test('what a mount takes files from is found however it is written; scratch has none', async () => {
    const text =
      'FROM scratch AS made\nCOPY a /a\nFROM scratch\nRUN --mount=type=bind,From=made,target=/one --mount=from=scratch,target=/two,rw make\nCOPY --from=made a /';
    room.write({ a: '1' });
    const seen: string[][] = [];
    const built = await room.build(text, {
      async run({ mounts }) {
        for (const mount of mounts) if (mount.type === 'files') seen.push(await namesOf(mount.files));
        return { out: 'x' };
      },
    });
    expect(seen.map((names) => names.filter((name) => name !== 'top'))).toEqual([['top/a'], []]);
    expect(await room.files(built)).toEqual({ a: '1', out: 'x' });
    await expect(room.build('FROM scratch\nCOPY --from=scratch a /')).rejects.toThrow('not found');
  });

  test('what cannot be done is refused before anything is', async () => {
    const refused = (line: string) => expect(room.build(`FROM scratch\n${line}`)).rejects;
    await refused('RUN --mount=type=ssh,required x').toThrow('no SSH key "default" forwarded from the client');
    await refused('RUN --network=host x').toThrow('network.host is not allowed');
    await refused('RUN --security=unsafe x').toThrow('security "unsafe" is not valid');
    await refused('RUN --device=nvidia.com/gpu=all,required x').toThrow(
      'required device "nvidia.com/gpu=all" is not registered',
    );
    await refused('RUN --device=/dev/kvm x').toThrow('invalid device "/dev/kvm"');
    await refused('RUN --mount=type=cache,target=/c,source=sub x').toThrow('sub: not found');
    await refused('RUN --mount=type=cach,target=/x x').toThrow('unsupported mount type "cach"');
    await refused('RUN --mount=type=tmpfs,target=/x,id=1 x').toThrow("unexpected key 'id' for mount type 'tmpfs'");
    await refused('COPY --from=7 a /').toThrow('invalid stage index 7');
    await refused('ARG X=a\nCOPY --from=$X a /').toThrow('variable expansion is not supported for --from');
    await refused('RUN --security=insecure x').toThrow('security.insecure is not allowed');
    await refused('RUN --mount=type=secret,id=k,required x').toThrow('secret k: not found');
    await refused('STOPSIGNAL NOPE').toThrow('invalid signal: NOPE');
    await refused('EXPOSE http').toThrow('invalid containerPort: http');
    expect(room.ran).toEqual([]);
  });

  test('a stage for another machine is built as far as it runs nothing', async () => {
    const platform = { os: 'linux', architecture: 's390x', variant: undefined };
    const built = await room.build('FROM scratch\nCOPY <<a /a\nx\na\n', { platforms: [platform] });
    expect(built.config).toMatchObject({ architecture: 's390x', os: 'linux' });
    await expect(room.build('FROM scratch\nRUN x', { platforms: [platform] })).rejects.toThrow(
      "RUN needs a machine of the image's platform: it is for linux/s390x",
    );
  });
});

describe('stages', () => {
  test('those that the target does not need are left out', async () => {
    const text =
      'FROM scratch AS a\nRUN a\nFROM scratch AS b\nRUN b\nFROM scratch AS c\nRUN c\nCOPY --from=a / /\nFROM nothere\n';
    const built = await room.build(text, { target: 'C', run: ({ argv }) => ({ [argv[2]!]: argv[2]! }) });
    expect(room.ran.map(({ argv }) => argv[2]).sort()).toEqual(['a', 'c']);
    expect(await room.files(built)).toEqual({ a: 'a', c: 'c' });
  });

  test('those that do not need one another are built at the same time', async () => {
    const waiting: (() => void)[] = [];
    const run = () =>
      new Promise<Record<string, string>>((resolve) => {
        waiting.push(() => resolve({ x: 'x' }));
        // Nobody is let go before both are there.
        if (waiting.length === 2) for (const go of waiting) go();
      });
    await room.build(
      'FROM scratch AS a\nRUN a\nFROM scratch AS b\nRUN b\nFROM scratch\nCOPY --from=a / /\nCOPY --from=1 / /',
      { run },
    );
    expect(waiting).toHaveLength(2);
  });

  test('a failure ends the others', async () => {
    let isAborted = false;
    const run = ({ argv }: { argv: readonly string[] }, on: { signal: AbortSignal }) =>
      argv[2] === 'bad'
        ? 3
        : new Promise<number>((resolve) => {
            on.signal.addEventListener('abort', () => {
              isAborted = true;
              resolve(137);
            });
          });
    const build = room.build(
      'FROM scratch AS a\nRUN long\nFROM scratch AS b\nRUN bad\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /',
      { run },
    );
    await expect(build).rejects.toThrow('process "/bin/sh -c bad" did not complete successfully: exit code: 3');
    expect(isAborted).toBe(true);
    expect(room.store.images.list()).toEqual([]);
  });

  test('names that are not there', async () => {
    const failure = (text: string, target?: string) =>
      room.build(text, { target }).then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(await failure('FROM scratch AS build', 'biuld')).toMatchObject({
      ...{ message: 'target stage "biuld" could not be found', hint: 'Did you mean build?' },
    });
    expect(await failure('FROM nginx:1.27')).toMatchObject({
      message:
        'failed to resolve source metadata for docker.io/library/nginx:1.27: docker.io/library/nginx:1.27: not found',
      hint: expect.stringContaining('simulated images of the bundled cluster'),
    });
    expect(await failure('FROM scratch AS build\nFROM scratch\nCOPY --from=biuld / /')).toMatchObject({
      hint: 'Did you mean the stage build?',
    });
    expect(await failure('FROM scratch AS build\nFROM scratch\nCOPY --from=elsewhere / /')).toMatchObject({
      hint: 'The stages are: build',
    });
    expect(await failure('FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nCOPY --from=a / /')).toMatchObject({
      message: 'circular dependency detected on stage: b',
    });
    expect(await failure('ARG X\nFROM $X')).toMatchObject({ message: 'base name ($X) should not be blank' });
  });
});

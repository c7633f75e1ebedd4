import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { saveTo } from '../../../src/oci/archive/save.ts';
import { openRootFilesystems } from '../../../src/oci/rootfs/open-root-filesystems.ts';
import { readImage, type StoredConfig } from '../../../src/oci/store/read-image.ts';
import { BuildFixture } from './build-room.ts';

const works = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const BUSYBOX = '/bin/busybox';
const isRoot = process.getuid?.() === 0;
const canCompare = isRoot && works('buildah', '--version') && works(BUSYBOX, 'true');

/** The same Dockerfiles give the same settings and files. RUN is run for real by both. */
describe.skipIf(!canCompare)('beside buildah', { timeout: 60_000 }, () => {
  let room: BuildFixture;
  const buildah = (...args: string[]) => {
    const global = ['--root', join(room.path, 'b'), '--runroot', join(room.path, 'r'), '--storage-driver', 'vfs'];
    const ran = spawnSync('buildah', [...global, ...args], { encoding: 'utf8', cwd: room.path });
    if (ran.status !== 0) throw new Error(`buildah ${args.join(' ')}: ${ran.stderr}`);
  };

  beforeAll(async () => {
    room = new BuildFixture();
    const root = join(room.path, 'root');
    // Also what buildah mounts upon, and leaves in the image where it was not there.
    for (const folder of ['bin', 'etc', 'tmp', 'real/deep', 'dev', 'proc', 'run', 'sys'])
      mkdirSync(join(root, folder), { recursive: true });
    copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
    for (const name of ['sh', 'cat', 'mkdir', 'rm', 'chmod', 'ln', 'id', 'mv'])
      symlinkSync('busybox', join(root, 'bin', name));
    symlinkSync('/real', join(root, 'link'));
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\nnode:x:1000:1000::/:/bin/sh\n');
    for (const name of ['hostname', 'hosts', 'resolv.conf']) writeFileSync(join(root, 'etc', name), '');
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
    spawnSync('tar', ['-C', root, '--owner=0', '--group=0', '-cf', join(room.context, 'root.tar'), '.']);
    room.write({
      'package.json': '{}',
      'src/app.js': 'app',
      'src/lib/a.js': 'a',
      'src/to-app': '-> app.js',
      'src/.hidden': '',
      'src/empty/': '',
      'to-app': '-> src/app.js',
      'to-lib': '-> /src/lib',
      ...{ 'name with space': 'x', '이름.txt': 'x', 'hard/a': 'hard', 'private/f': 'x' },
      '.dockerignore': '*.log\n!keep.log\n/logs/*\n!/logs/keep\nnode_modules\n!node_modules/kept\n**/secret*\n',
      ...{ 'x.log': '', 'keep.log': '', 'logs/a': '', 'logs/keep': '', 'src/secret': '' },
      ...{ 'node_modules/a/x': '', 'node_modules/kept/x': '' },
    });
    linkSync(join(room.context, 'hard/a'), join(room.context, 'hard/b'));
    chmodSync(join(room.context, 'private'), 0o750);
    chmodSync(join(room.context, 'private/f'), 0o600);
    archives(join(room.path, 'archived'), join(room.context, 'owned.tar'));
    chmodSync(join(room.context, 'src/app.js'), 0o755);
    const base = await room.build('FROM scratch\nADD root.tar /\nENV PATH=/bin\nCMD ["sh"]', {
      names: ['docker.io/library/base:latest'],
    });
    const found = await room.store.images.find('base');
    await saveTo(room.store, [found], join(room.path, 'base.tar'), { format: 'docker-archive' });
    buildah('pull', '-q', `docker-archive:${join(room.path, 'base.tar')}`);
    const settings =
      'ENTRYPOINT ["a"]\nCMD ["inherited"]\nVOLUME /v\nUSER node\nEXPOSE 1\nHEALTHCHECK CMD x\nSTOPSIGNAL 9';
    await room.build(`FROM base\n${settings}`, { names: ['docker.io/library/child:latest'] });
    const child = await room.store.images.find('child');
    await saveTo(room.store, [child], join(room.path, 'child.tar'), { format: 'docker-archive' });
    buildah('pull', '-q', `docker-archive:${join(room.path, 'child.tar')}`);
    expect(base.layers).toHaveLength(1);
  }, 60_000);
  afterAll(() => room?.[Symbol.dispose]());

  const cases: Record<string, string> = {
    'copies and settings': `FROM base
ARG VERSION=1
ENV A=b VERSION=$VERSION
LABEL x=1 y="a b"
WORKDIR /app
COPY package.json .
COPY src ./src/
COPY --chown=node:node --chmod=640 src/app.js /srv/own.js
COPY src/l* /link/
COPY . all
ADD root.tar /unpacked/
WORKDIR sub
EXPOSE 80 53/udp
VOLUME /data
USER node
STOPSIGNAL SIGINT
ENTRYPOINT ["cat"]
CMD ["/app/package.json"]
`,
    'names, patterns and links': `FROM base
COPY ["name with space", "/sp ace/"]
COPY 이름.txt /이름/
COPY src/[!-z]* src/l?b to-lib/*.js s*/lib /globs/
COPY to-app /app
COPY to-lib /lib
COPY to-lib/a.js /through
COPY **/app.js /deep/
COPY src/* /star/
COPY hard /hard
COPY hard/a hard/b /apart/
COPY src/lib /link/into
COPY package.json /new/a/b
COPY src/empty /empty
COPY private /private
COPY private /real
COPY --chown=:node --chmod=4711 package.json /setuid
COPY --chown=7:node private /owned/by/7
COPY ../../package.json ./src/../package.json /up/
COPY . /all
COPY logs node_modules /some/
`,
    archives: `FROM base
COPY package.json /over/d/f
ADD owned.tar /owned
ADD owned.tar /over
ADD owned.tar /link
ADD owned.tar.gz /gz
ADD owned.tar.bz2 /bz2
ADD owned.tar.xz /xz
ADD owned.tar.zst /zst
ADD package.json src /plain/
COPY owned.tar.gz /kept
`,
    'variables and folders': `ARG TAG=latest
FROM base:$TAG
ARG TAG
ARG V=three
ENV abc=hello W=two
ENV abc=bye def=$abc
ENV ghi=$abc jkl="a b $def" mno='$abc' pqr=a\\ b
ENV old one  two
WORKDIR one
WORKDIR $W
WORKDIR $V:-x/../four
WORKDIR ./five/
COPY package.json .
WORKDIR /link/x
LABEL "c d"="e f" g='h i' multi="x\\
y"
USER node
COPY package.json /of-root
WORKDIR /made/by/node
HEALTHCHECK --interval=1m30s --retries=3 CMD ["a", "b"]
ONBUILD COPY package.json /x
VOLUME /vol /vol2
COPY package.json /vol/
CMD ["mine"]
ENTRYPOINT exec top $W
`,
    'a base with a command': `FROM child
ENTRYPOINT ["cat"]
HEALTHCHECK NONE
`,
    'stages and commands': `FROM base AS build
WORKDIR /out
RUN mkdir -p a/b && cat /etc/passwd > a/b/f && ln -s f a/b/s && chmod 700 a && rm /etc/group
SHELL ["/bin/sh", "-ec"]
RUN cat a/b/f; rm -r a/b/s
FROM base
COPY --from=build /out /copied
COPY --from=build /out/a/b/f /one
RUN id -u > /who; rm -rf /real/deep
CMD cat /one
`,
  };

  test.each(Object.entries(cases))('%s', async (name, text) => {
    const roots = await openRootFilesystems(room.store);
    if (roots.ability.runtime === undefined && text.includes('RUN')) return;
    const ours = await room.build(text, { roots });
    const file = join(room.path, 'Dockerfile.compared');
    writeFileSync(file, text);
    const archive = join(room.path, `${name.replaceAll(' ', '-')}.tar`);
    buildah(
      'bud',
      '-q',
      '--pull-never',
      '--isolation',
      'chroot',
      '--format',
      'docker',
      '-t',
      'compared',
      '-f',
      file,
      room.context,
    );
    buildah('push', '-q', 'compared', `docker-archive:${archive}:compared`);
    const [loaded] = await loadArchive(room.store, archive);
    const theirs = await readImage(room.store, loaded!.record.target);
    expect(settings(ours.config)).toEqual(settings(theirs.config));
    expect(await room.tree(ours)).toEqual(await room.tree(theirs));
  });

  test('a heredoc that is a program of its own, which this buildah does not know', async () => {
    const roots = await openRootFilesystems(room.store);
    if (roots.ability.runtime === undefined) return;
    const image = await room.build('FROM base\nRUN <<EOT\n#!/bin/sh\ncat "$0" > /out\nEOT\n', { roots });
    expect((await room.files(image))['out']).toBe('#!/bin/sh\ncat "$0" > /out\n');
  });
});

/** A tar as others make them, with owners and hard links, and each way that it can be compressed. */
function archives(folder: string, tar: string): void {
  mkdirSync(join(folder, 'd'), { recursive: true });
  mkdirSync(join(folder, 'empty'), { mode: 0o700 });
  for (const name of ['f', 'setuid']) writeFileSync(join(folder, 'd', name), name);
  chmodSync(join(folder, 'd/setuid'), 0o4755);
  linkSync(join(folder, 'd/f'), join(folder, 'd/g'));
  symlinkSync('f', join(folder, 'd/link'));
  spawnSync('tar', ['-C', folder, '--owner=7', '--group=8', '-cf', tar, 'd', 'empty']);
  const programs = { gzip: 'gz', bzip2: 'bz2', xz: 'xz', zstd: 'zst' };
  for (const [program, ending] of Object.entries(programs)) {
    const made = spawnSync('sh', ['-c', `${program} -c < "$0" > "$1"`, tar, `${tar}.${ending}`]);
    // What this machine cannot compress is the tar itself for both.
    if (made.status !== 0) copyFileSync(tar, `${tar}.${ending}`);
  }
}

/** What docker's form writes also where nothing is said, and what is of the container in which it was built, left out. */
function settings({ os, architecture, config = {} }: StoredConfig) {
  const { 'io.buildah.version': _version, ...labels } = config.Labels ?? {};
  const said = Object.entries({ ...config, Labels: labels, Hostname: '' }).filter(([, value]) =>
    value !== null && typeof value === 'object' ? Object.keys(value).length > 0 : Boolean(value),
  );
  return { os, architecture, config: Object.fromEntries(said) };
}

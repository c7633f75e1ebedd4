import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
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
      '.dockerignore': '*.log\n',
      'x.log': '',
    });
    chmodSync(join(room.context, 'src/app.js'), 0o755);
    const base = await room.build('FROM scratch\nADD root.tar /\nENV PATH=/bin\nCMD ["sh"]', {
      names: ['docker.io/library/base:latest'],
    });
    const found = await room.store.images.find('base');
    await saveTo(room.store, [found], join(room.path, 'base.tar'), { format: 'docker-archive' });
    buildah('pull', '-q', `docker-archive:${join(room.path, 'base.tar')}`);
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
      'oci',
      '-t',
      'compared',
      '-f',
      file,
      room.context,
    );
    buildah('push', '-q', 'compared', `oci-archive:${archive}:compared`);
    const [loaded] = await loadArchive(room.store, archive);
    const theirs = await readImage(room.store, loaded!.record.target);
    expect(settings(ours.config)).toEqual(settings(theirs.config));
    expect(await room.tree(ours)).toEqual(await room.tree(theirs));
  });
});

function settings({ os, architecture, config }: StoredConfig) {
  const { Labels, ...rest } = config ?? {};
  // It says of itself which version it is.
  const { 'io.buildah.version': _version, ...labels } = Labels ?? {};
  return { os, architecture, config: { ...rest, labels } };
}

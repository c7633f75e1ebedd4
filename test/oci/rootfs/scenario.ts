import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openRootFilesystems } from '../../../src/oci/rootfs/open-root-filesystems.ts';
import type { LayerRef, RootAbility, RootChange, RunCommand, RunMount } from '../../../src/oci/rootfs/types.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { baseFiles, putLayer } from './images.ts';

/** What was seen; plain data, as it may come from another process. */
export interface Seen {
  ability: RootAbility;
  runs: Record<string, { code: number; out: string; error?: string }>;
  changes: RootChange[];
  layer: { digest: string; again: string; diffId: string };
  untouched: boolean;
  left: string[];
}

const command: RunCommand = {
  argv: [],
  env: ['PATH=/bin', 'GREETING=hello  world'],
  cwd: '/app/deep',
  user: '',
  mounts: [],
  network: 'none',
  hostname: 'box',
};

/** Goes through all that a root can do, in a folder of its own. */
export async function scenario(
  folder: string,
  choice: { mount?: RootAbility['mount']; runtime?: RootAbility['runtime'] },
): Promise<Seen> {
  const store = openImageStore(join(folder, 'images'));
  using _closing = { [Symbol.dispose]: () => store.close() };
  const roots = await openRootFilesystems(store, choice);
  await using lease = store.lease('test');
  const layers: LayerRef[] = [
    await putLayer(lease, baseFiles()),
    await putLayer(lease, {
      old: null,
      'old/a': 'a',
      'old/b': 'b',
      'old/sub': null,
      'old/sub/c': 'c',
      'home/app': { kind: 'directory', uid: 1000, gid: 100, mode: 0o700 },
      keep: null,
      'keep/me': 'kept',
      'keep/gone': 'gone',
      'lib/real': 'real',
      link: '->lib',
      'old-also': 'x',
    }),
    await putLayer(lease, { 'keep/.wh.gone': '', 'keep/new': 'new' }, false),
  ];
  const seen: Partial<Seen> & { runs: Seen['runs'] } = { ability: roots.ability, runs: {} };
  {
    await using root = await roots.open(layers);
    const run = async (name: string, script: string, more: Partial<RunCommand> = {}) => {
      let out = '';
      try {
        const result = await root.run(
          { ...command, argv: ['/bin/sh', '-c', `exec 2>&1; ${script}`], ...more },
          {
            signal: AbortSignal.timeout(30_000),
            output: (chunk) => {
              out += Buffer.from(chunk);
            },
          },
        );
        seen.runs[name] = { code: result.code, out };
      } catch (error) {
        seen.runs[name] = { code: -1, out, error: (error as Error).message };
      }
    };
    await run('nothing', 'true', { cwd: '/' });
    seen.untouched = (await root.changes()).length === 0 && (await root.commit(lease)) === undefined;
    await run(
      'inside',
      'id -u; pwd; hostname; echo "$GREETING"; grep CapBnd /proc/self/status; read x; echo "read $?"; echo $$',
    );
    await run('host', `ls ${JSON.stringify(folder)} /proc/1/root${folder} 2>&1; cat /proc/mounts; ls /`);
    await run(
      'system',
      'cat /etc/hosts; echo x > /dev/null; echo out > /dev/stdout; head -c 4 /dev/zero | wc -c; touch /sys/x /proc/sys/x; echo $?',
    );
    await run('code', 'exit 7');
    await run('user', 'id', { user: 'app' });
    if (roots.ability.ids !== 'own') {
      const target = '/home/app/.cache/deep';
      await run('home', 'stat -c %u:%g:%a /home/app; touch /home/app/mine; echo $?', {
        ...{ user: 'app', cwd: '/home/app' },
        mounts: [{ type: 'tmpfs', target }],
      });
    }
    await run('nobody', 'id', { user: 'nobody' });
    await run('noprogram', '', { argv: ['nosuch'] });
    await run('unsafe', 'echo $LD_LIBRARY_PATH', {
      env: [...command.env, 'LD_LIBRARY_PATH=/x'],
      argv: ['/bin/sh', '-c', 'echo $LD_LIBRARY_PATH'],
    });
    const cache: RunMount = {
      type: 'cache',
      id: 'c',
      target: '/cache',
      sharing: 'locked',
      mode: 0o750,
      uid: 0,
      gid: 0,
      readOnly: false,
    };
    const mounts: RunMount[] = [
      { type: 'secret', content: Buffer.from('hush'), target: '/run/secrets/key', mode: 0o400, uid: 0, gid: 0 },
      { type: 'tmpfs', target: '/scratch', size: 65_536 },
      { type: 'bind', source: join(folder, 'images', 'blobs'), target: '/link/bound', readOnly: true },
      cache,
    ];
    await run(
      'mounts',
      'cat /run/secrets/key; stat -c " %a" /run/secrets/key; echo 1 > /cache/kept; echo 2 > /scratch/x; ls /lib/bound; touch /lib/bound/x',
      { mounts },
    );
    await run('cache', 'cat /cache/kept; stat -c %a /cache', { mounts: [cache] });
    await run(
      'change',
      'cat keep/me; rm -r /old; mkdir /old; echo n > /old/z; echo more >> /keep/me; mkdir -p /x/y; echo 1 > /x/y/z; ln /x/y/z /x/y/l; ln -s ../x /x/s; chmod 600 /etc/group; rm /keep/new',
      { cwd: '/' },
    );
    seen.changes = await root.changes();
    const first = await root.commit(lease, { epoch: 1_500_000_000 });
    const again = await root.commit(lease, { epoch: 1_500_000_000 });
    seen.layer = { digest: first!.digest, again: again!.digest, diffId: first!.diffId };
    await using above = await roots.open([...layers, { digest: first!.digest, diffId: first!.diffId }]);
    let out = '';
    await above.run(
      {
        ...command,
        cwd: '/',
        argv: [
          '/bin/sh',
          '-c',
          'ls /old /keep; cat /keep/me; stat -c %h /x/y/z; readlink /x/s; stat -c %a /etc/group; ls -a /app /run /cache /scratch 2>&1',
        ],
      },
      {
        signal: AbortSignal.timeout(30_000),
        output: (chunk) => {
          out += Buffer.from(chunk);
        },
      },
    );
    seen.runs.above = { code: 0, out };
  }
  seen.left = readdirSync(join(folder, 'images', 'live'));
  return seen as Seen;
}

if (process.argv[1] === import.meta.filename) {
  const [, , folder = '', mount] = process.argv;
  const seen = await scenario(folder, mount ? { mount: mount as RootAbility['mount'] } : {});
  process.stdout.write(JSON.stringify(seen));
}

import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { VolumeStore } from '../../../../src/emulator/kubelet/exec/container/volumes.ts';
import { podOf, room } from './room.ts';

const object = (kind: string, name: string, more: Record<string, unknown> = {}, namespace = 'shop'): KubeObject =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: '1' },
    ...more,
  }) as KubeObject;

const lines = (text: string) => text.trimEnd().split('\n');

describe('what a container is made of', () => {
  test('the image decides about its tools, its accounts and its release', async () => {
    const alpine = room({ image: 'nginx:1.27-alpine' });
    expect((await alpine.sh('readlink /bin/ls; . /etc/os-release; echo $ID; type bash')).out).toBe(
      '/bin/busybox\nalpine\nbash: not found\n',
    );
    const debian = room({ image: 'nginx:1.27' });
    expect((await debian.sh('. /etc/os-release; echo $ID; id nginx; curl --nonsense')).out).toBe(
      'debian\nuid=101(nginx) gid=101(nginx) groups=101(nginx)\n',
    );
    expect((await debian.sh('cat /proc/1/cmdline | tr "\\0" " "')).out).toBe(
      'nginx: master process nginx -g daemon off; ',
    );
  });

  test('images without a shell have none', async () => {
    for (const image of ['registry.k8s.io/pause:3.10', 'registry.k8s.io/coredns/coredns:v1.12.1']) {
      await expect(room({ image }).exec(['sh'])).rejects.toThrow(
        /^Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": executable file not found in \$PATH: unknown$/,
      );
    }
  });

  test('argv is run as it is, and what cannot run says why', async () => {
    const own = room();
    expect((await own.exec(['echo', '$HOME;ls'])).out).toBe('$HOME;ls\n');
    await own.sh(
      'echo "#!/bin/nope" >/tmp/s; chmod +x /tmp/s; echo x >/tmp/plain; chmod +x /tmp/plain; touch /tmp/data',
    );
    await expect(own.exec(['/nope'])).rejects.toThrow('exec: "/nope": stat /nope: no such file or directory: unknown');
    await expect(own.exec(['/tmp/data'])).rejects.toThrow('exec: "/tmp/data": permission denied: unknown');
    await expect(own.exec(['/tmp/plain'])).rejects.toThrow('exec /tmp/plain: exec format error: unknown');
    expect(own.instance.host.processes.all()).toEqual([]);
  });

  test('the files of the kubelet tell of pod and cluster', async () => {
    const pod = podOf({
      hostname: 'shop-a',
      subdomain: 'db',
      hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }],
      dnsConfig: { searches: ['corp.example'], options: [{ name: 'timeout', value: '2' }] },
    });
    const { out } = await room({ pod }).sh('cat /etc/hostname /etc/resolv.conf; hostname; tail -n 4 /etc/hosts');
    expect(out).toBe(
      'shop-a\nsearch shop.svc.cluster.local svc.cluster.local cluster.local corp.example\nnameserver 10.96.0.10\noptions ndots:5 timeout:2\nshop-a\n10.244.1.5\tshop-a.db.shop.svc.cluster.local\tshop-a\n\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n',
    );
  });

  test('ps shows the main process and what runs by exec', async () => {
    const pod = podOf({}, { command: ['sleep', 'infinity'] });
    const { out } = await room({ pod }).sh('sleep 50 & ps');
    expect(lines(out)[0]).toBe('PID   USER     TIME  COMMAND');
    expect(out).toMatch(/ {4}1 root {6}0:00 sleep infinity\n/);
    expect(out).toContain('sleep 50');
    expect(lines(out).at(-1)).toMatch(/ps$/);
  });

  test('kill reaches others and the main process', async () => {
    const own = room();
    expect(await own.sh('kill -9 1; kill -HUP 1; kill 99999')).toMatchObject({
      err: "sh: kill: can't kill pid 99999: No such process\n",
      code: 1,
    });
    expect(own.signals).toEqual([9, 1]);
  });

  test('a program that nobody waits for does not hold up the server, and ends with its client', async () => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 30);
    const { code } = await room().exec(['sh', '-c', 'while :; do :; done'], { signal: gone.signal });
    expect(code).toBe(137);
  });

  test('processes and memory are bounded', async () => {
    const own = room();
    const bomb = await own.sh('f() { f & f; }; f; wait');
    expect(bomb.code).not.toBe(0);
    expect(own.instance.host.processes.all().length).toBeLessThanOrEqual(256);
    own.instance.end();
    const full = await room().sh(
      'head -c 40000000 /dev/zero >/a; head -c 40000000 /dev/zero >/b; echo $?; rm /a; echo x >/c && cat /c',
    );
    expect(full).toEqual({ out: '1\nx\n', err: 'head: write error: No space left on device\n', code: 0 });
    expect((await room().sh('f() { f; }; f')).err).toContain('nesting');
  });

  test('who is not root is refused what root owns', async () => {
    const pod = podOf({
      securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000] },
    });
    const result = await room({ pod }).sh('id; echo x >/etc/x; ls /root; echo ok >/tmp/mine && cat /tmp/mine; whoami');
    expect(result.out).toBe('uid=1000 gid=3000 groups=2000,3000,4000\nok\n');
    expect(result.err).toBe(
      "sh: can't create /etc/x: Permission denied\nls: can't open '/root': Permission denied\nwhoami: unknown uid 1000\n",
    );
  });

  test('a read-only root refuses writes, volumes do not', async () => {
    const pod = podOf(
      { volumes: [{ name: 'work', emptyDir: {} }] },
      { securityContext: { readOnlyRootFilesystem: true }, volumeMounts: [{ name: 'work', mountPath: '/data' }] },
    );
    const result = await room({ pod }).sh('echo x >/tmp/x; mkdir /d; echo y >/data/y; cat /data/y');
    expect(result).toEqual({
      out: 'y\n',
      err: "sh: can't create /tmp/x: Read-only file system\nmkdir: can't create directory '/d': Read-only file system\n",
      code: 0,
    });
  });
});

describe('the environment', () => {
  const service = (name: string, clusterIP: string, ports: Record<string, unknown>[], namespace = 'shop') =>
    ['services', object('Service', name, { spec: { clusterIP, ports } }, namespace)] as const;

  test('has variables of the pod, of objects, of fields, of resources and of services', async () => {
    const pod = podOf(
      { enableServiceLinks: true },
      {
        resources: { limits: { cpu: '1500m', memory: '64Mi' } },
        envFrom: [{ prefix: 'C_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'login' } }],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)-$(C_mode)-$$(A)-$(NOPE)' },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'MEGS', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
          { name: 'PASS', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
          { name: 'DB', value: '$(SHOP_DB_SERVICE_HOST)' },
        ],
      },
    );
    const own = room({
      pod,
      objects: [
        ['configmaps', object('ConfigMap', 'settings', { data: { mode: 'fast' } })],
        ['secrets', object('Secret', 'login', { data: { password: Buffer.from('pässword').toString('base64') } })],
        service('kubernetes', '10.96.0.1', [{ name: 'https', port: 443 }], 'default'),
        service('shop-db', '10.96.1.2', [{ name: 'sql', port: 5432 }]),
        service('headless', 'None', [{ port: 1 }]),
      ],
    });
    const env = new Map(lines((await own.exec(['env'])).out).map((line) => line.split(/=(.*)/s) as [string, string]));
    expect(Object.fromEntries(env)).toMatchObject({
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOSTNAME: 'web-0',
      HOME: '/root',
      A: '1',
      C_mode: 'fast',
      B: '1-fast-$(A)-$(NOPE)',
      IP: '10.244.1.5',
      APP: 'web',
      CPUS: '2',
      MEGS: '64',
      PASS: 'pässword',
      password: 'pässword',
      DB: '10.96.1.2',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      KUBERNETES_SERVICE_PORT_HTTPS: '443',
      KUBERNETES_PORT: 'tcp://10.96.0.1:443',
      SHOP_DB_PORT_5432_TCP_ADDR: '10.96.1.2',
    }); // prettier-ignore
    expect([...env.keys()].filter((name) => name.startsWith('HEADLESS'))).toEqual([]);
  });

  test('links to services can be left out; the API server stays', async () => {
    const own = room({
      pod: podOf({ enableServiceLinks: false }),
      objects: [
        service('kubernetes', '10.96.0.1', [{ port: 443 }], 'default'),
        service('web', '10.96.1.3', [{ port: 80 }]),
      ],
    });
    const { out } = await own.exec(['env']);
    expect(out).toContain('KUBERNETES_SERVICE_HOST=10.96.0.1');
    expect(out).not.toContain('WEB_SERVICE');
  });
});

describe('volumes', () => {
  const settings = object('ConfigMap', 'settings', { data: { 'app.conf': 'a=1\n', other: 'x' } });

  test('a ConfigMap is there as files, follows its object, and takes no writes; a subPath stays as it was', async () => {
    const live = structuredClone(settings);
    const pod = podOf(
      {
        volumes: [
          {
            name: 'conf',
            configMap: { name: 'settings', items: [{ key: 'app.conf', path: 'deep/app.conf', mode: 0o400 }] },
          },
        ],
      },
      {
        volumeMounts: [
          { name: 'conf', mountPath: '/conf' },
          { name: 'conf', mountPath: '/etc/app.conf', subPath: 'deep/app.conf' },
        ],
      },
    );
    const own = room({ pod, objects: [['configmaps', live]] });
    expect(
      (
        await own.sh(
          'cat /conf/deep/app.conf /etc/app.conf; stat -L -c %a /conf/deep/app.conf; ls /conf; readlink /conf/deep',
        )
      ).out,
    ).toBe('a=1\na=1\n400\ndeep\n..data/deep\n');
    live['data'] = { 'app.conf': 'a=2\n' };
    live.metadata.resourceVersion = '2';
    expect((await own.sh('cat /conf/deep/app.conf /etc/app.conf')).out).toBe('a=2\na=1\n');
    expect(await own.sh('echo x >/conf/new')).toMatchObject({
      err: "sh: can't create /conf/new: Read-only file system\n",
      code: 1,
    });
  });

  test('secrets, fields and tokens come together in a projected volume', async () => {
    const pod = podOf(
      {
        serviceAccountName: 'builder',
        volumes: [
          {
            name: 'all',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token', expirationSeconds: 600, audience: 'vault' } },
                { secret: { name: 'login' } },
                { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
              ],
            },
          },
        ],
      },
      { volumeMounts: [{ name: 'all', mountPath: '/all', readOnly: true }] },
    );
    const asked: unknown[] = [];
    const own = room({
      pod,
      objects: [
        ['secrets', object('Secret', 'login', { data: { user: Buffer.from('me').toString('base64') } })],
        ['pods', pod],
      ],
      issueToken: ({ pod: _pod, ...request }) => {
        asked.push(request);
        return `token-${asked.length}`;
      },
    });
    expect((await own.sh('cat /all/token; echo; cat /all/user; echo; cat /all/labels')).out).toBe(
      'token-1\nme\napp="web"',
    );
    expect(asked).toEqual([{ namespace: 'shop', account: 'builder', audience: 'vault', seconds: 600 }]);
    expect((await own.sh('sleep 400; cat /all/token')).out).toBe('token-1');
    expect((await own.sh('sleep 100; cat /all/token')).out).toBe('token-2');
  });

  test('an emptyDir is shared in the pod and outlives a container; what a container writes elsewhere does not', async () => {
    const volumes = new VolumeStore();
    const pod = podOf(
      { volumes: [{ name: 'work', emptyDir: {} }] },
      { volumeMounts: [{ name: 'work', mountPath: '/data' }] },
    );
    await room({ pod, volumes }).sh('echo kept >/data/f; echo lost >/tmp/f');
    const second = await room({ pod, volumes }).sh('cat /data/f; cat /tmp/f');
    expect(second).toMatchObject({ out: 'kept\n', err: "cat: can't open '/tmp/f': No such file or directory\n" });
    volumes.drop('pod uid-1 ');
    expect((await room({ pod, volumes }).sh('ls /data')).out).toBe('');
  });

  test('a claim is the same for every pod, readOnly and subPath hold, and it has its size', async () => {
    const volumes = new VolumeStore();
    const objects = [
      [
        'persistentvolumeclaims',
        object('PersistentVolumeClaim', 'data', {
          spec: { volumeName: 'pv-1' },
          status: { capacity: { storage: '1Mi' } },
        }),
      ],
    ] as const;
    const spec = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
    const writer = room({
      pod: podOf(spec, { volumeMounts: [{ name: 'data', mountPath: '/data', subPath: 'sub' }] }),
      volumes,
      objects,
    });
    expect(await writer.sh('echo x >/data/f; head -c 2000000 /dev/zero >/data/big')).toMatchObject({
      err: 'head: write error: No space left on device\n',
      code: 1,
    });
    const reader = room({
      pod: {
        ...podOf(spec, { volumeMounts: [{ name: 'data', mountPath: '/mnt', readOnly: true }] }),
        metadata: { name: 'b', namespace: 'shop', uid: 'uid-2' },
      },
      volumes,
      objects,
    });
    expect(await reader.sh('cat /mnt/sub/f; touch /mnt/g')).toMatchObject({
      out: 'x\n',
      err: 'touch: /mnt/g: Read-only file system\n',
      code: 1,
    });
  });
});

describe('kubectl cp, which is tar at both ends', () => {
  test('carries contents, permissions, times and links out and in', async () => {
    const own = room();
    await own.sh(
      'mkdir -p /src/deep; printf "\\000\\377bin" >/src/deep/b; chmod 750 /src/deep/b; touch -d @1000000000 /src/deep/b; ln -s deep/b /src/l',
    );
    const { bytes } = await own.exec(['tar', 'cf', '-', '-C', '/src', '.']);
    const other = room();
    expect(await other.exec(['tar', '-xmf', '-', '-C', '/tmp'], { stdin: bytes })).toMatchObject({ code: 0, err: '' });
    const third = room();
    await third.exec(['tar', 'xpf', '-', '-C', '/tmp'], { stdin: bytes });
    expect((await third.sh('stat -c "%a %Y %s" /tmp/deep/b; readlink /tmp/l; od -An -tx1 /tmp/l')).out).toBe(
      '750 1000000000 5\ndeep/b\n 00 ff 62 69 6e\n',
    );
  });

  test('compresses, lists, names what is not there, and refuses ways out', async () => {
    const own = room();
    await own.sh('mkdir /d; echo 1 >/d/1');
    const packed = await own.exec(['tar', 'czf', '-', '-C', '/', 'd']);
    expect(gunzipSync(packed.bytes).toString('latin1')).toContain('d/1');
    expect((await own.exec(['tar', 'tzf', '-'], { stdin: packed.bytes })).out).toBe('d/\nd/1\n');
    expect(await own.exec(['tar', 'cf', '-', '/nope'])).toMatchObject({
      code: 1,
      // Nothing of an archive: `kubectl cp` takes its end for success.
      out: '',
      err: "tar: removing leading '/' from member names\ntar: /nope: No such file or directory\ntar: error exit delayed from previous errors\n",
    });
    expect(await own.exec(['tar', 'xf', '-'], { stdin: 'no archive at all' })).toMatchObject({ code: 2 });
  });
});

test('an editor is not there, and says what helps instead', async () => {
  const { code, err } = await room().sh('vi /etc/hosts');
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringMatching(/^vi: there is no editor .*sed -i or kubectl cp\n$/),
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startCluster } from '../../../src/emulator/testing/start-cluster.ts';

test('what a pod wrote into its claim is there after a restart of the cluster, and for the next pod', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'kctl-claims-'));
  const start = () => startCluster({ dataDir, clock: 'simulated', log: () => {} });
  const reader = (name: string, script: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'main',
          image: 'busybox:1.36',
          command: ['sh', '-c', script],
          terminationMessagePath: '/dev/termination-log',
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
  try {
    const first = await start();
    await first.client.create('persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await vi.waitFor(() => expect(first.client.get('serviceaccounts', 'default', 'default')).toBeDefined());
    await first.client.create('pods', reader('writer', 'mkdir /data/in; echo kept > /data/in/file'));
    await first.advance(30_000);
    expect(first.client.get('pods', 'default', 'writer')?.['status'].phase).toBe('Succeeded');
    await first.stop();

    const second = await start();
    await second.client.create('pods', reader('reader', 'cat /data/in/file > /dev/termination-log'));
    await second.advance(30_000);
    const status = second.client.get('pods', 'default', 'reader')?.['status'];
    expect(status.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 0, message: 'kept\n' });
    await second.stop();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

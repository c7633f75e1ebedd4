/** Creates pods of a scheduler that does not exist: they stay as they are, so that every run sees the same. */
export async function createPods(request, count) {
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      await request('POST', '/api/v1/namespaces/default/pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `load-${String(i).padStart(5, '0')}`, labels: { app: 'load', shard: String(i % 50) } },
        spec: {
          schedulerName: 'nobody',
          containers: [{ name: 'main', image: 'nginx:1.27', resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
        },
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

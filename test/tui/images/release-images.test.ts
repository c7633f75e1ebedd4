import { expect, test } from 'vitest';
import { imagesOfRelease } from '../../../src/tui/views/images/release-images.ts';

const pod = (image: string) => `spec: { template: { spec: { containers: [{ name: main, image: "${image}" }] } } }`;

const manifest = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: text }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
${pod('shop/web:1')}
---
apiVersion: v1
kind: List
items:
- { apiVersion: apps/v1, kind: StatefulSet, metadata: { name: db, namespace: data }, ${pod('shop/db:1')} }
- { apiVersion: example.com/v1, kind: Rollout, metadata: { name: slow }, ${pod('shop/slow:1')} }
---
`;

const job = `apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly }\nspec: { jobTemplate: { ${pod('shop/web:1')} } }\n`;

test('a release names the images of its objects and hooks, each once, with who reads them', () => {
  const hooks = [{ name: 'nightly', kind: 'CronJob', manifest: job }];
  const found = imagesOfRelease({ name: 'shop', namespace: 'live', version: 1, manifest, hooks });
  expect(found.map(({ image, users }) => [image, users])).toEqual([
    ['shop/web:1', ['deployment/web', 'cronjob/nightly']],
    ['shop/db:1', ['statefulset/db']],
    ['shop/slow:1', ['rollout/slow']],
  ]);
  expect(found[0]!.ref).toMatchObject({ resource: { plural: 'deployments' }, namespace: 'live', name: 'web' });
  expect(found[1]!.ref).toMatchObject({ resource: { plural: 'statefulsets' }, namespace: 'data', name: 'db' });
  // Nobody here can read an object of a kind that only the cluster knows.
  expect(found[2]!.ref).toBeUndefined();
});

test('a release of nothing, or of text alone, names none', () => {
  expect(imagesOfRelease({ name: 'empty', version: 1 })).toEqual([]);
  expect(imagesOfRelease({ name: 'text', version: 1, manifest: 'only words\n---\n- 1\n' })).toEqual([]);
});

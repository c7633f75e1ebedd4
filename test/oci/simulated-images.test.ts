import { describe, expect, test } from 'vitest';
import { canonicalReference, parseReference } from '../../src/oci/reference.ts';
import { simulatedImage } from '../../src/oci/simulated-images.ts';

describe('references', () => {
  test.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['shop/web:v2', 'docker.io/shop/web:v2'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/a/b:1', 'localhost:5000/a/b:1'],
    ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
    [`busybox@sha256:${'a'.repeat(64)}`, `docker.io/library/busybox@sha256:${'a'.repeat(64)}`],
    [`busybox:1.36@sha256:${'a'.repeat(64)}`, `docker.io/library/busybox:1.36@sha256:${'a'.repeat(64)}`],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalReference(parseReference(text))).toBe(canonical);
  });

  test.each([
    '',
    ' nginx',
    'nginx:',
    'nginx:::',
    'a//b',
    '-x',
    'nginx:bad tag',
    'nginx@sha256:12',
    'http://x/y',
    'a..b',
  ])('%j is refused as the kubelet refuses it', (text) => {
    expect(() => parseReference(text)).toThrow(
      `couldn't parse image name ${JSON.stringify(text)}: invalid reference format`,
    );
  });
  test('upper case gets its own remark', () => {
    expect(() => parseReference('NGINX')).toThrow('repository name (library/NGINX) must be lowercase');
  });
});

describe('simulated images', () => {
  test('are the same each time and for each spelling', () => {
    expect(simulatedImage('nginx')).toEqual(simulatedImage('docker.io/library/nginx:latest'));
    expect(simulatedImage('nginx:1.27')!.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
  test('share base layers between images and differ above', () => {
    const nginx = simulatedImage('nginx:1.27')!;
    const redis = simulatedImage('redis:7.4')!;
    expect(redis.layers[0]).toEqual(nginx.layers[0]);
    expect(redis.layers[1]).not.toEqual(nginx.layers[1]);
    expect(nginx.sizeBytes).toBe(nginx.layers.reduce((sum, l) => sum + l.sizeBytes, 0));
    expect(nginx.sizeBytes).toBeGreaterThan(60e6);
  });
  test('keep the dependencies of the shop from tag to tag', () => {
    const [v1, v2] = [simulatedImage('shop/web:v1')!, simulatedImage('shop/web:v2')!];
    const shared = v1.layers.filter((layer, i) => layer.digest === v2.layers[i]!.digest);
    expect(shared.length).toBe(v1.layers.length - 1);
    expect(v1.digest).not.toBe(v2.digest);
  });
  test('choose the base by the tag', () => {
    const alpine = simulatedImage('redis:7-alpine')!;
    expect(alpine.layers[0]!.instruction).toContain('alpine');
    expect(alpine.sizeBytes).toBeLessThan(simulatedImage('redis:7')!.sizeBytes);
  });
  test('keep the digest that pins a reference', () => {
    const digest = `sha256:${'b'.repeat(64)}`;
    expect(simulatedImage(`nginx@${digest}`)!.digest).toBe(digest);
  });
  test('exist for unknown repositories', () => {
    expect(simulatedImage('ghcr.io/someone/their-app:3')!.layers.length).toBeGreaterThan(2);
  });
  test.each([
    'registry.invalid/app:1',
    'a.b.invalid:5000/app:1',
    'nginx:nope',
    'nginx:does-not-exist',
    'shop/web:broken',
    'shop/web:missing',
    'does-not-exist',
    'nginx:1.161',
    'Not An Image',
  ])('%s cannot be pulled', (reference) => {
    expect(simulatedImage(reference)).toBeUndefined();
  });
});

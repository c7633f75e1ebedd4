import { expect, test } from 'vitest';
import { isImageName } from '../../../src/commands/run/image-name.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each(['nginx', 'a/b', 'r.example.com:5000/a/b_c:1.2', '[::1]:80/a', `a:tag@${digest}`])(
  '%s is an image',
  (name) => {
    expect(isImageName(name)).toBe(true);
  },
);

test.each(['', 'A', 'a b', 'a:b:c', 'a@sha256:abc', '/a', 'a/', 'a//b', `a:${'t'.repeat(129)}`])(
  '%j is none',
  (name) => {
    expect(isImageName(name)).toBe(false);
  },
);

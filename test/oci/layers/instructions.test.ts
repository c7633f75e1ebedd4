import { describe, expect, test } from 'vitest';
import { instructionsOf } from '../../../src/oci/instructions.ts';

interface Step {
  created_by?: string;
  comment?: string;
  author?: string;
  empty_layer?: boolean;
}

/** As the builders write them, of published images and of what ko and apko themselves put there. */
const builders: readonly [builder: string, step: Step, told: string][] = [
  ['buildkit', { created_by: 'COPY app /app # buildkit', comment: 'buildkit.dockerfile.v0' }, 'COPY app /app'],
  ['buildkit', { created_by: 'RUN |1 V=2 /bin/sh -c make # buildkit' }, 'RUN make'],
  ['docker', { created_by: '/bin/sh -c #(nop) ADD file:7136 in / ' }, 'ADD file:7136 in /'],
  ['docker import', { comment: 'Imported from -' }, 'Imported from -'],
  ['docker commit', { created_by: 'sh -c echo', comment: 'said hi' }, 'sh -c echo'],
  [
    'buildah',
    { created_by: '/bin/sh -c #(nop) COPY dir:1a in /app ', comment: 'FROM docker.io/library/alpine:3' },
    'COPY dir:1a in /app',
  ],
  ['kaniko', { created_by: 'COPY manager .', author: 'kaniko' }, 'COPY manager .'],
  ['bazel', { created_by: 'bazel build ...', author: 'Bazel' }, 'bazel build ...'],
  [
    'ko',
    { created_by: 'ko build ko://example.com/cmd/web', comment: 'go build output, at /ko-app/web', author: 'ko' },
    'ko build ko://example.com/cmd/web: go build output, at /ko-app/web',
  ],
  ['apko', { created_by: 'apko', comment: 'static by Chainguard', author: 'apko' }, 'apko: static by Chainguard'],
  [
    'jib',
    { created_by: 'jib-maven-plugin:3.4.0', comment: 'classes', author: 'Jib' },
    'jib-maven-plugin:3.4.0: classes',
  ],
  [
    'buildpacks',
    { created_by: "Layer: 'jre', Created by buildpack: a/java@1" },
    "Layer: 'jre', Created by buildpack: a/java@1",
  ],
  ['nothing but an author', { author: 'someone' }, 'made by someone'],
  ['nothing', {}, ''],
];

test.each(builders)('a step of %s', (_builder, step, told) => {
  expect(instructionsOf({ history: [step, { created_by: 'CMD ["sh"]', empty_layer: true }] }, 1)).toEqual([told]);
});

describe('a history with another number of steps than layers', () => {
  const bazel = { created_by: 'bazel build ...' };
  test('tells when all of them are one', () => {
    expect(instructionsOf({ history: [bazel] }, 3)).toEqual(Array(3).fill('bazel build ...'));
    expect(instructionsOf({ history: [bazel, bazel] }, 3)).toEqual(Array(3).fill('bazel build ...'));
  });
  test('tells nothing when it cannot be known', () => {
    expect(instructionsOf({ history: [bazel, { created_by: 'COPY a /' }] }, 3)).toEqual([]);
    expect(instructionsOf({ history: [] }, 2)).toEqual([]);
    expect(instructionsOf({}, 2)).toEqual([]);
  });
});

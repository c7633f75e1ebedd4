// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like that
import { describe, expect, test } from 'vitest';
import type { Instruction } from '../../../src/oci/build/dockerfile/instruction.ts';
import { parseDockerfile } from '../../../src/oci/build/dockerfile/parse-dockerfile.ts';
import { excerpt } from '../../../src/oci/build/dockerfile/source-error.ts';
import { expandText, expandWord, splitWords } from '../../../src/oci/build/dockerfile/words.ts';

/** The instructions of a file with one stage, without what only messages need. */
function parsed(...lines: string[]): object[] {
  const { stages } = parseDockerfile(['FROM base', ...lines].join('\n'));
  return stages[0]!.instructions.map(({ range, original, word, ...rest }: Instruction) => rest);
}

describe('what a file is made of', () => {
  test('comments and empty lines between and inside of instructions', () => {
    const file = parseDockerfile(
      '# hello\n\nFROM alpine:3.20 AS build\n  # more\nRUN apk add \\\n  # why\n  git \\\n\n  make\n',
    );
    const [run] = file.stages[0]!.instructions;
    expect(run).toMatchObject({
      command: { form: 'shell', line: 'apk add   git   make' },
      range: { first: 5, last: 9 },
    });
    expect(file.stages[0]!.from).toMatchObject({ base: 'alpine:3.20', stage: 'build', as: 'AS' });
    expect(file.emptyContinuations).toEqual([9]);
  });

  test('below a line that names a program, all but the escape are directives, and comments too', () => {
    const text =
      '#!/usr/bin/env build\n# syntax=a/b:1\n# escape=`\n# check=skip=all;error=true // why\nFROM a\nRUN x `\n';
    const { directives, comments } = parseDockerfile(text);
    expect(directives).toEqual({ syntax: 'a/b:1', escape: '\\', check: 'skip=all;error=true' });
    expect(comments(5).at(-1)).toBe('check=skip=all;error=true // why');
    expect(parseDockerfile('#!x\n# check=a\n# check=b\nFROM a').directives.check).toBe('a');
    expect(parseDockerfile('# hi\n#!x\n# check=a\nFROM a').directives.check).toBeUndefined();
  });

  test('directives stand at the top, in any case, and only there', () => {
    const { directives } = parseDockerfile('# Syntax = docker/dockerfile:1\n# escape=`\nFROM a\nRUN dir `\n  c:\\\n');
    expect(directives).toEqual({ syntax: 'docker/dockerfile:1', escape: '`', check: undefined });
    expect(parseDockerfile('# hello\n# escape=`\nFROM a').directives.escape).toBe('\\');
    expect(() => parseDockerfile('# escape=x\nFROM a')).toThrow(/invalid escape token 'x'/);
    expect(() => parseDockerfile('# syntax=a\n# syntax=b\nFROM a')).toThrow(
      'only one syntax parser directive can be used',
    );
  });

  test('stages and what stands before them', () => {
    const file = parseDockerfile(
      'ARG v=1\nfrom --platform=$BUILDPLATFORM go:$v as Build\nFROM scratch\nCOPY --from=build /a /a',
    );
    expect(file.globals[0]!.pairs).toEqual([{ key: 'v', value: '1' }]);
    expect(file.stages.map(({ from }) => [from.base, from.stage, from.platform, from.as])).toEqual([
      ['go:$v', 'Build', '$BUILDPLATFORM', 'as'],
      ['scratch', undefined, undefined, ''],
    ]);
  });

  test('heredocs: several, without tabs, without variables', () => {
    const file = [
      "COPY <<one <<-'two' /etc/",
      'first $A',
      'one',
      '\t\tsecond $B',
      '\ttwo',
      'RUN <<EOF',
      '#!/bin/sh',
      'echo # no comment \\',
      'EOF',
      'RUN python3 <<EOF && echo done',
      'print(1)',
      'EOF',
    ];
    expect(parsed(...file)).toMatchObject([
      {
        sources: [],
        destination: '/etc/',
        heredocs: [
          { name: 'one', content: 'first $A\n', expands: true },
          { name: 'two', content: 'second $B\n', expands: false, stripsTabs: true },
        ],
      },
      { heredocs: [{ content: '#!/bin/sh\necho # no comment \\\n' }], command: { line: '<<EOF' } },
      { heredocs: [{ content: 'print(1)\n' }], command: { line: 'python3 <<EOF && echo done' } },
    ]);
  });
});

describe('instructions', () => {
  test.each<[string, object]>([
    ['RUN ["a", "b c"]', { command: { form: 'exec', words: ['a', 'b c'] } }],
    ["RUN ['a']", { command: { form: 'shell', line: "['a']" } }],
    [
      'RUN --mount=type=cache,target=/x --mount=type=secret,id=y --network=none make',
      { mounts: ['type=cache,target=/x', 'type=secret,id=y'], network: 'none' },
    ],
    [
      'ENV a=1 b="2 3" c=\\ 4 d=$a',
      {
        pairs: [
          ['a', '1'],
          ['b', '"2 3"'],
          ['c', '\\ 4'],
          ['d', '$a'],
        ].map(([key, value]) => ({ key, value })),
      },
    ],
    ['ENV name some value', { pairs: [{ key: 'name', value: 'some value' }], isLegacy: true }],
    [
      'COPY --chown=app:app --chmod=0644 --link a b* c /to/',
      { sources: ['a', 'b*', 'c'], destination: '/to/', chown: 'app:app', link: true },
    ],
    ['COPY ["a b", "c"]', { sources: ['a b'], destination: 'c' }],
    ['COPY --parents --exclude=*.md --exclude=x ./a/./b /to/', { parents: true, excludes: ['*.md', 'x'] }],
    ['ADD --checksum=sha256:12 --keep-git-dir=true https://a/b /c', { checksum: 'sha256:12', keepGitDir: true }],
    ['EXPOSE 80 443/udp 7000-7010/TCP', { values: ['80', '443/udp', '7000-7010/TCP'] }],
    ['VOLUME ["/a b"]', { values: ['/a b'] }],
    [
      'HEALTHCHECK --interval=1m30s --start-interval=1s --retries=3 CMD curl -f x',
      { health: { Test: ['CMD-SHELL', 'curl -f x'], Interval: 90e9, StartInterval: 1e9, Retries: 3 } },
    ],
    ['HEALTHCHECK none', { health: { Test: ['NONE'] } }],
    ['SHELL ["/bin/bash", "-c"]', { words: ['/bin/bash', '-c'] }],
    [
      'ONBUILD COPY --chown=1 . /app',
      { trigger: 'COPY --chown=1 . /app', statement: { name: 'COPY', rest: '. /app' } },
    ],
    [
      'ARG a b=c',
      {
        pairs: [
          { key: 'a', value: undefined },
          { key: 'b', value: 'c' },
        ],
      },
    ],
    ['CMD', { command: { form: 'shell', line: '' } }],
  ])('%s', (line, expected) => expect(parsed(line)).toMatchObject([expected]));
});

describe('mistakes, in docker’s words', () => {
  test.each<[string, string]>([
    [
      'FROM a\nCOPY app.js',
      'dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined',
    ],
    ['FROM a\nCPOY a b', 'dockerfile parse error on line 2: unknown instruction: CPOY (did you mean COPY?)'],
    ['FROM a b', 'dockerfile parse error on line 1: FROM requires either one or three arguments'],
    [
      'FROM a AS 1b',
      'dockerfile parse error on line 1: invalid name for build stage: "1b", name can\'t start with a number or contain symbols',
    ],
    ['RUN ls', 'dockerfile parse error on line 1: no build stage in current context'],
    ['ARG a', 'dockerfile parse error on line 1: dockerfile contains no stages to build'],
    ['# only\n', 'dockerfile parse error on line 1: file with no instructions'],
    ['FROM a\nCOPY --form=b c d', 'dockerfile parse error on line 2: unknown flag: --form (did you mean from?)'],
    ['FROM a\nCOPY --chown c d', 'dockerfile parse error on line 2: missing a value on flag: --chown'],
    ['FROM a\nCOPY --chown=1 --chown=2 c d', 'dockerfile parse error on line 2: duplicate flag specified: chown'],
    ['FROM a\nENV a', 'dockerfile parse error on line 2: ENV must have two arguments'],
    [
      'FROM a\nENV a=1 b',
      'dockerfile parse error on line 2: Syntax error - can\'t find = in "b". Must be of the form: name=value',
    ],
    ['FROM a\nSHELL bash', 'dockerfile parse error on line 2: SHELL requires the arguments to be in JSON form'],
    [
      'FROM a\nONBUILD ONBUILD RUN x',
      "dockerfile parse error on line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
    ],
    ['FROM a\nRUN <<EOF\nx', 'dockerfile parse error on line 2: unterminated heredoc'],
    ['FROM a\nHEALTHCHECK CMDX x', 'dockerfile parse error on line 2: Unknown type "CMDX" in HEALTHCHECK (try CMD)'],
    ['FROM a\nUSER', 'dockerfile parse error on line 2: USER requires exactly one argument'],
  ])('%j', (text, message) => expect(() => parseDockerfile(text)).toThrow(message));

  test('the lines around it', () => {
    expect(
      excerpt('FROM node:22\nWORKDIR /app\nCOPY app.js\nRUN npm ci\nCMD node app.js', 'Dockerfile', {
        first: 3,
        last: 3,
      }),
    ).toBe(
      [
        'Dockerfile:3',
        '--------------------',
        '   1 |     FROM node:22',
        '   2 |     WORKDIR /app',
        '   3 | >>> COPY app.js',
        '   4 |     RUN npm ci',
        '   5 |     CMD node app.js',
        '--------------------',
      ].join('\n'),
    );
  });
});

describe('variables', () => {
  const values: Record<string, string> = { a: 'one', e: '', path: '/usr/lib/x.tar.gz', n: 'a-b-a' };
  const expand = (text: string) => expandWord(text, '\\', (name) => values[name]);
  test.each([
    ['$a', 'one'],
    ['${a}x$a-y', 'onexone-y'],
    ['\\$a', '$a'],
    ['\'$a\' "$a b"', '$a one b'],
    ['${u:-d} ${e:-d} ${e-d} ${u-d}', 'd d  d'],
    ['${a:+set} ${e:+set} ${e+set} ${u+set}', 'set  set '],
    ['${u:-${a}}', 'one'],
    ['${path#/*/} ${path##*/} ${path%.*} ${path%%.*}', 'lib/x.tar.gz x.tar.gz /usr/lib/x.tar /usr/lib/x'],
    ['${n/a/o} ${n//a/o} ${n/-}', 'o-b-a o-b-o ab-a'],
    ['"a\\"b" a\\ b $', 'a"b a b $'],
  ])('%s', (text, expected) => expect(expand(text)).toBe(expected));
  test.each([
    ['${u:?no u}', 'u: no u'],
    ['${e:?}', 'e: not allowed to be unset'],
    ['${a', "syntax error: missing '}'"],
    ['"a', 'unexpected end of statement while looking for matching double-quote'],
    ['${}', 'syntax error: bad substitution'],
  ])('%s fails', (text, message) => expect(() => expand(text)).toThrow(message));
  test('heredocs keep quotes', () => {
    expect(expandText(`'$a' "$a" \\$a \\n`, '\\', (name) => values[name])).toBe(`'one' "one" $a \\n`);
  });
  test('words keep quotes', () => {
    expect(splitWords(`a "b c" d\\ e 'f\\' g`, '\\')).toEqual(['a', '"b c"', 'd\\ e', "'f\\'", 'g']);
  });
});

describe("as BuildKit's parser reads it", () => {
  const shown = (text: string) =>
    parseDockerfile(text).stages[0]!.instructions.map(({ name, ...rest }) =>
      'command' in rest
        ? `${name} ${rest.command.form === 'shell' ? rest.command.line : JSON.stringify(rest.command.words)}`
        : 'sources' in rest
          ? `${name} ${[...rest.sources, rest.destination].join('|')}`
          : 'pairs' in rest
            ? `${name} ${rest.pairs.map(({ key, value }) => `${key}→${value}`).join('|')}`
            : 'values' in rest
              ? `${name} ${rest.values.join('|')}`
              : name,
    );

  test.each<[what: string, text: string, expected: string[]]>([
    [
      'an escape of Windows',
      '# escape=`\nFROM a\nCOPY x `\n  C:\\dir\\\nRUN dir c:\\',
      ['COPY x|C:\\dir\\', 'RUN dir c:\\'],
    ],
    ['a directive after blanks', '  #   escape = `\nFROM a\nRUN c:\\', ['RUN c:\\']],
    ['a directive after a comment is a comment', '# hi\n# escape=`\nFROM a\nRUN x `', ['RUN x `']],
    ['comments and empty lines inside', 'FROM a\nRUN a \\\n  # no\n # no\n && b \\\n\n c', ['RUN a  && b  c']],
    ['a mark of bytes, and lines of Windows', '\uFEFF# escape=`\r\nFROM a\r\nRUN x `\r\n y\r\n', ['RUN x  y']],
    ['a line that goes on after the end', 'FROM a\nRUN x \\', ['RUN x']],
    ['tabs, and words in any letters', '\tfrom\ta\n\trUn\tx # no comment', ['RUN x # no comment']],
    [
      'quotes do not keep paths together',
      'FROM a\nCOPY "a b" /x\nCOPY ["a b", "/x y"]',
      ['COPY "a|b"|/x', 'COPY a b|/x y'],
    ],
    ['nor volumes and ports', 'FROM a\nVOLUME "a b"\nEXPOSE "80 81"', ['VOLUME "a|b"', 'EXPOSE "80|81"']],
    ['lists that are none', 'FROM a\nCMD [\'a\']\nENTRYPOINT ["a", ]', ["CMD ['a']", 'ENTRYPOINT ["a", ]']],
    [
      'ENV of both kinds',
      'FROM a\nENV a b  c\nENV x="1 2" y=a\\ b z=\'q w\'',
      ['ENV a→b  c', 'ENV x→"1 2"|y→a\\ b|z→\'q w\''],
    ],
    ['labels over lines', 'FROM a\nLABEL "com.x"="a \\\nb" 이름="값 둘"', ['LABEL "com.x"→"a b"|이름→"값 둘"']],
    ['<< that opens nothing', 'FROM a\nRUN echo "<<EOF" && cat <<<x', ['RUN echo "<<EOF" && cat <<<x']],
    ['a very long line', `FROM a\nRUN echo ${'x'.repeat(100_000)}`, [`RUN echo ${'x'.repeat(100_000)}`]],
  ])('%s', (_what, text, expected) => expect(shown(text)).toEqual(expected));

  test.each([
    ['CMD ["a", 1]', 'when using JSON array syntax, arrays must be comprised of strings only'],
    ['RUN --mount=target=/a,from=$X x', "'from' doesn't support variable expansion, define alias stage instead"],
    ['HEALTHCHECK --retries=-1 CMD x', '--retries cannot be negative (-1)'],
    ['HEALTHCHECK --start-interval=-1s CMD x', 'Interval "start-interval" cannot be less than 1ms'],
    ['HEALTHCHECK --interval=1us CMD x', 'Interval "interval" cannot be less than 1ms'],
    ['COPY a <<EOF\nx\nEOF', 'COPY cannot accept a heredoc as a destination'],
    ['SHELL /bin/sh', 'SHELL requires the arguments to be in JSON form'],
    ['ONBUILD onbuild RUN x', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ['ONBUILD from x', "FROM isn't allowed as an ONBUILD trigger"],
    ['FRMO x', 'unknown instruction: FRMO (did you mean FROM?)'],
    ['ENV a', 'ENV must have two arguments'],
  ])('%s', (line, message) =>
    expect(() => parseDockerfile(`FROM a\n${line}`)).toThrow(`dockerfile parse error on line 2: ${message}`),
  );
});

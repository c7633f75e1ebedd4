// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like that
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBefore } from '../../../src/oci/build/dockerfile/parse-dockerfile.ts';
import { checkFile } from '../../../src/oci/build/lint/check-file.ts';
import { type RuleName, rules, ruleUrl } from '../../../src/oci/build/lint/rules.ts';
import { checkSettings, Warnings } from '../../../src/oci/build/lint/warnings.ts';
import { ownPlatform, platformName } from '../../../src/oci/build/plan/platform.ts';
import { BuildFixture } from './build-room.ts';

const platform = platformName(ownPlatform());

let room: BuildFixture;
beforeEach(async () => {
  room = new BuildFixture();
  room.write({ f: 'x' });
  await room.base('base', { 'etc/': '' }, { Env: ['PATH=/bin', 'NODE_VERSION=22'] });
});
afterEach(() => room[Symbol.dispose]());

const found = async (text: string) => (await room.build(text)).warnings;

/** By rule: a file that breaks it, what is said, and a file that does not. */
const cases: readonly [RuleName, string, string[], string][] = [
  ['StageNameCasing', 'FROM base AS Build', ["Stage name 'Build' should be lowercase"], 'FROM base AS build'],
  ['FromAsCasing', 'FROM base as x', ["'as' and 'FROM' keywords' casing do not match"], 'from base as x'],
  [
    'NoEmptyContinuation',
    'FROM base\nLABEL a=1 \\\n\n b=2',
    ['Empty continuation line'],
    'FROM base\nLABEL a=1 \\\n# why\n b=2',
  ],
  [
    'ConsistentInstructionCasing',
    'FROM base\nlabel a=1',
    ["Command 'label' should match the case of the command majority (uppercase)"],
    'from base\nlabel a=1',
  ],
  [
    'DuplicateStageName',
    'FROM base AS x\nFROM base AS x',
    ['Duplicate stage name "x", stage names should be unique'],
    'FROM base AS x\nFROM base AS y',
  ],
  [
    'ReservedStageName',
    'FROM base AS context',
    ['Stage name should not use the same name as reserved stage "context"'],
    'FROM base AS contexts',
  ],
  [
    'JSONArgsRecommended',
    'FROM base\nCMD run',
    ['JSON arguments recommended for CMD to prevent unintended behavior related to OS signals'],
    'FROM base\nSHELL ["/bin/bash", "-c"]\nCMD run',
  ],
  [
    'MaintainerDeprecated',
    'FROM base\nMAINTAINER me',
    ['Maintainer instruction is deprecated in favor of using label'],
    'FROM base',
  ],
  ['UndefinedArgInFrom', '', [], ''],
  [
    'WorkdirRelativePath',
    'FROM base\nWORKDIR app',
    ['Relative workdir "app" can have unexpected results if the base image changes'],
    'FROM base\nWORKDIR /srv\nWORKDIR app',
  ],
  [
    'UndefinedVar',
    'FROM base\nLABEL a=$NODE_VERSON b=$what',
    ["Usage of undefined variable '$NODE_VERSON' (did you mean $NODE_VERSION?)", "Usage of undefined variable '$what'"],
    'FROM base\nARG what\nLABEL a=$NODE_VERSION b=$what c=${other:-1}',
  ],
  [
    'MultipleInstructionsDisallowed',
    'FROM base\nCMD ["a"]\nCMD ["b"]\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]',
    [
      'Multiple CMD instructions should not be used in the same stage because only the last one will be used',
      'Multiple ENTRYPOINT instructions should not be used in the same stage because only the last one will be used',
    ],
    'FROM base AS a\nCMD ["a"]\nFROM a\nCMD ["b"]',
  ],
  [
    'LegacyKeyValueFormat',
    'FROM base\nENV a b',
    ['"ENV key=value" should be used instead of legacy "ENV key value" format'],
    'FROM base\nENV a=b',
  ],
  [
    'RedundantTargetPlatform',
    'FROM --platform=$TARGETPLATFORM base',
    ['Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior'],
    'FROM --platform=$BUILDPLATFORM base',
  ],
  [
    'SecretsUsedInArgOrEnv',
    'FROM base\nARG API_KEY\nENV db_password=1',
    [
      'Do not use ARG or ENV instructions for sensitive data (ARG "API_KEY")',
      'Do not use ARG or ENV instructions for sensitive data (ENV "db_password")',
    ],
    'FROM base\nARG KEYBOARD\nENV PUBLIC_KEY=1',
  ],
  [
    'InvalidDefaultArgInFrom',
    'ARG TAG\nFROM base:${TAG}',
    ['Default value for ARG base:${TAG} results in empty or invalid base image name'],
    'ARG TAG=latest\nFROM base:${TAG}',
  ],
  [
    'FromPlatformFlagConstDisallowed',
    'FROM --platform=linux/amd64 base',
    ['FROM --platform flag should not use constant value "linux/amd64"'],
    'FROM --platform=$BUILDPLATFORM base',
  ],
  ['CopyIgnoredFile', '', [], ''],
  [
    'InvalidDefinitionDescription',
    '# check=experimental=InvalidDefinitionDescription\n# what it is\nARG V=1\n# v is it\nARG v=1\n# builds\nFROM base AS build',
    [
      'Comment for ARG should follow the format: `# V <description>`',
      'Comment for FROM should follow the format: `# build <description>`',
    ],
    '# what it is\nARG V=1\nFROM base',
  ],
  [
    'ExposeProtoCasing',
    'FROM base\nEXPOSE 80/TcP',
    ["Defined protocol '80/TcP' in EXPOSE instruction should be lowercase"],
    'FROM base\nEXPOSE 80/udp',
  ],
  [
    'ExposeInvalidFormat',
    'FROM base\nEXPOSE 127.0.0.1:80:80',
    ["EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80'"],
    'FROM base\nEXPOSE 80-82',
  ],
];

describe("BuildKit's checks", () => {
  const failing = new Set<RuleName>(['UndefinedArgInFrom', 'CopyIgnoredFile']);

  test.each(cases.filter(([rule]) => !failing.has(rule)))('%s', async (rule, bad, messages, good) => {
    if (rule === 'InvalidDefaultArgInFrom') {
      const built = await room.build(bad, { buildArgs: new Map([['TAG', 'latest']]) });
      expect(built.warnings).toEqual(messages);
    } else expect(await found(bad)).toEqual(messages);
    expect(await found(good)).toEqual([]);
  });

  test('those that a build seldom gets through with', async () => {
    room.write({ '.dockerignore': 'left\n', left: 'x' });
    const warned = (text: string) =>
      room.build(text).then(
        () => [],
        ({ warnings }: { warnings: string[] }) => warnings,
      );
    expect(await warned('ARG VERSION=1\nFROM base:$VERSON')).toEqual([
      "FROM argument 'VERSON' is not declared (did you mean VERSION?)",
      'Default value for ARG base:$VERSON results in empty or invalid base image name',
    ]);
    const check = 'FROM base\n';
    expect(await warned(`${check}COPY left f /d/`)).toEqual([
      'Attempting to Copy file "left" that is excluded by .dockerignore',
    ]);
    expect(await warned(`${check}ADD left /d/`)).toEqual([
      'Attempting to Add file "left" that is excluded by .dockerignore',
    ]);
    expect(await found(`${check}COPY left* f /d/`)).toEqual([]);
    expect(await warned('# check=skip=CopyIgnoredFile\nFROM base\nCOPY left /d/')).toEqual([]);
  });

  test('every rule has its page', () => {
    expect(Object.keys(rules)).toEqual([...cases.map(([rule]) => rule), 'InvalidBaseImagePlatform']);
    expect(ruleUrl('JSONArgsRecommended')).toBe('https://docs.docker.com/go/dockerfile/rule/json-args-recommended/');
    expect(ruleUrl('SecretsUsedInArgOrEnv')).toBe(
      'https://docs.docker.com/go/dockerfile/rule/secrets-used-in-arg-or-env/',
    );
    expect(ruleUrl('FromAsCasing')).toBe('https://docs.docker.com/go/dockerfile/rule/from-as-casing/');
  });

  test('a base for another machine', async () => {
    const built = await room.build('FROM --platform=linux/s390x base');
    expect(built.warnings).toContainEqual(
      expect.stringMatching(/^Base image base was pulled with platform "linux\/\w+", expected "linux\/s390x"/),
    );
  });

  test('checks can be skipped, and can end the build', async () => {
    const text = 'FROM base\nCMD run\nMAINTAINER me';
    expect(await found(`# check=skip=JSONArgsRecommended\n${text}`)).toEqual([
      'Maintainer instruction is deprecated in favor of using label',
    ]);
    expect(await found(`# check=skip=all\n${text}`)).toEqual([]);
    await expect(room.build(`# check=error=true\n${text}\nRUN x`)).rejects.toThrow(
      'lint violation found for rules: JSONArgsRecommended, MaintainerDeprecated',
    );
    expect(room.ran).toEqual([]);
    expect(['1', 'T', 'True', '0', 'f'].map((text) => checkSettings(`error=${text}`).isError)).toEqual([
      ...[true, true, true, false, false],
    ]);
    expect(() => checkSettings('error=yes')).toThrow('failed to parse check option "error=yes"');
    expect(() => checkSettings('skip')).toThrow('invalid check option "skip"');
    expect(() => checkSettings('error=maybe')).toThrow('it is true or false');
  });

  /** A file, and `LINE RULE` of what is found in it: where BuildKit finds it, and where it does not. */
  const places: readonly [what: string, text: string, found: string[]][] = [
    ['a stage in capitals', '\nFROM base AS Build\nFROM base AS other', ['2 StageNameCasing']],
    [
      'AS in other letters than FROM',
      'FROM base as a\nfrom base AS b',
      ['1 FromAsCasing', '2 ConsistentInstructionCasing', '2 FromAsCasing'],
    ],
    ['FROM in mixed letters is told of once', 'From base as a\nLABEL a=1', ['1 ConsistentInstructionCasing']],
    [
      'an empty line inside is told of at the end',
      'FROM base\nLABEL a=1 \\\n\n\n  b=2\nLABEL c=1 \\\n  d=1',
      ['5 NoEmptyContinuation'],
    ],
    ['most are lower', 'from base\nLABEL a=1\nlabel b=1', ['2 ConsistentInstructionCasing']],
    ['words of a heredoc are no instructions', "FROM base\nCOPY <<'EOT' /x\nenv\nrun\nuser\nEOT", []],
    ['the second of a name', 'FROM base AS b\nFROM base AS B', ['2 DuplicateStageName', '2 StageNameCasing']],
    [
      'both reserved names',
      'FROM scratch AS scratch\nFROM scratch AS context',
      ['1 ReservedStageName', '2 ReservedStageName'],
    ],
    ['a shell that was chosen below', 'FROM base AS a\nSHELL ["/s", "-c"]\nFROM a\nENTRYPOINT run', []],
    ['an ARG that is used before it stands', 'FROM base\nLABEL a=$foo\nARG foo=1\nLABEL b=$foo', ['2 UndefinedVar']],
    ['an ARG of the stage below', 'FROM base AS a\nARG foo=f\nFROM a\nCOPY $foo /', []],
    [
      'all that are passed over',
      'FROM base\nHEALTHCHECK CMD ["a"]\nCMD ["a"]\nCMD ["b"]\nHEALTHCHECK NONE',
      ['2 MultipleInstructionsDisallowed', '3 MultipleInstructionsDisallowed'],
    ],
    ['one in each stage', 'FROM base AS a\nCMD ["a"]\nFROM a\nCMD ["b"]', []],
    ['ENV and LABEL without =', 'FROM base\nENV a b\nLABEL c d', ['2 LegacyKeyValueFormat', '3 LegacyKeyValueFormat']],
    ['stages that are not built', 'FROM base AS a\nENV a b\nCMD run\nFROM base', []],
    ['a platform in braces', 'FROM --platform=${TARGETPLATFORM} base', ['1 RedundantTargetPlatform']],
    [
      'secrets by their first and last words',
      'FROM base\nARG SECRET_WORD\nENV git_key= sunflower=1\nARG auth=1 TOKENS=1\nENV keyboard=1',
      ['2 SecretsUsedInArgOrEnv', '3 SecretsUsedInArgOrEnv', '4 SecretsUsedInArgOrEnv'],
    ],
    [
      'words that say that it is none',
      'FROM base\nENV PUBLIC_KEY=1 KEY_FILE=1 TOKEN_VERSION=1\nARG PUBLICKEY\nARG a_publickey',
      [],
    ],
    ['a default that makes a name', 'ARG tag=latest\nARG more\nFROM base:${tag}${more}', []],
    [
      'stages called after their platforms',
      `FROM --platform=${platform} base AS my-${platform.split('/')[1]}\nFROM --platform=${platform} base AS linux`,
      [],
    ],
    [
      'a platform that is meant for all',
      `FROM --platform=${platform} base AS x`,
      ['1 FromPlatformFlagConstDisallowed'],
    ],
    ['each port', 'FROM base\nEXPOSE 80/TcP 81/TCP 82/udp', ['2 ExposeProtoCasing', '2 ExposeProtoCasing']],
    [
      'each address',
      'FROM base\nEXPOSE [::1]:80:80 5000:5000 8000',
      ['2 ExposeInvalidFormat', '2 ExposeInvalidFormat'],
    ],
    [
      'descriptions of what they describe',
      '# check=experimental=all\n# foo is it\nARG foo=1\n\n# base: no\n#\nFROM base AS base\n# other\n\nARG version\n# baz is it\nARG bar=1 baz=2\n# all\nRUN x',
      [],
    ],
    [
      'descriptions of something else',
      '# check=experimental=InvalidDefinitionDescription\n# bar is it\nARG foo=1\n# BaSe is it\nFROM base AS base\n# no\nARG a=1 b=2',
      ['3 InvalidDefinitionDescription', '5 InvalidDefinitionDescription', '7 InvalidDefinitionDescription'],
    ],
    [
      'a comment above an instruction',
      'FROM base\n# check=skip=JSONArgsRecommended // it is short\nCMD run\n# check=skip=all\nMAINTAINER me\nENTRYPOINT run',
      ['6 JSONArgsRecommended'],
    ],
    [
      'checks before stages',
      '# check=skip=MaintainerDeprecated,FromAsCasing\nFROM base as a\nMAINTAINER me\nCMD x',
      ['4 JSONArgsRecommended'],
    ],
  ];

  test.each(places)('%s', async (_what, text, expected) => {
    const { warningList } = await room.build(text);
    expect(warningList.map(({ rule, range }) => `${range.first} ${rule}`).sort()).toEqual(expected.toSorted());
  });

  test('what stands before a mistake is checked, too', async () => {
    const error: unknown = await room.build('FROM base AS Bad\nMAINTAINER me\nBADCMD').catch((cause: unknown) => cause);
    const before = readBefore(error)!;
    const warnings = new Warnings(checkSettings(undefined));
    checkFile(before, warnings);
    expect(warnings.list().map(({ rule }) => rule)).toEqual(['StageNameCasing', 'MaintainerDeprecated']);
    expect((error as Error).message).toBe('dockerfile parse error on line 3: unknown instruction: BADCMD');
  });

  test('names of platforms that cannot be', async () => {
    await expect(room.build('FROM --platform=$BULIDPLATFORM base')).rejects.toThrow(
      'empty platform value from expression $BULIDPLATFORM (did you mean BUILDPLATFORM?)',
    );
    await expect(room.build('ARG MY_ARCH=amd64\nFROM --platform=linux/${MYARCH} base')).rejects.toThrow(
      'failed to parse platform linux/${MYARCH}: "" is an invalid component of "linux/": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument (did you mean MY_ARCH?)',
    );
  });
});

import { describe, expect, test } from 'vitest';
import { FlagTable, parseFlags } from '../../src/cli/flags.ts';
import type { FlagSpec } from '../../src/commands/command.ts';

const specs: readonly FlagSpec[] = [
  { name: 'output', short: 'o', type: 'string', default: '', describe: '' },
  { name: 'selector', short: 'l', type: 'string', default: '', describe: '' },
  { name: 'watch', short: 'w', type: 'bool', default: false, describe: '' },
  { name: 'all-namespaces', short: 'A', type: 'bool', default: false, describe: '' },
  { name: 'tail', type: 'int', default: -1, describe: '' },
  { name: 'since', type: 'duration', default: '0s', describe: '' },
  { name: 'filename', short: 'f', type: 'stringSlice', default: [], describe: '' },
  { name: 'as-group', type: 'stringArray', default: [], describe: '' },
  { name: 'validate', type: 'string', default: 'strict', bare: 'strict', describe: '' },
];
const table = new FlagTable(specs);
const parse = (...argv: string[]) => parseFlags(argv, table);

describe('where values stand', () => {
  test.each([
    [['-ojson'], { output: 'json' }],
    [['-o=json'], { output: 'json' }],
    [['-o', 'json'], { output: 'json' }],
    [['--output=json'], { output: 'json' }],
    [['--output', 'json'], { output: 'json' }],
    [['-lapp=x'], { selector: 'app=x' }],
    [['-l', 'app=x'], { selector: 'app=x' }],
    [['-Aw'], { 'all-namespaces': true, watch: true }],
    [['-Awojson'], { 'all-namespaces': true, watch: true, output: 'json' }],
    [['-w=false'], { watch: false }],
    [['--watch=T'], { watch: true }],
    [['--all_namespaces'], { 'all-namespaces': true }],
    [['--tail', '-5'], { tail: -5 }],
    [['--tail=0x10'], { tail: 16 }],
    [['--tail=010'], { tail: 8 }],
    [['--since=1h30m'], { since: '1h30m' }],
    [['-f', 'a,b', '-fc'], { filename: ['a', 'b', 'c'] }],
    [['-f', '"a,b",c'], { filename: ['a,b', 'c'] }],
    [['--as-group=a,b', '--as-group', 'c'], { 'as-group': ['a,b', 'c'] }],
    [['--validate'], { validate: 'strict' }],
    [['--validate=warn'], { validate: 'warn' }],
    [['-o', 'json', '-o', 'yaml'], { output: 'yaml' }],
  ])('%j', (argv, expected) => {
    const { values, args } = parse(...argv);
    expect(values).toMatchObject(expected);
    expect(args).toEqual([]);
  });

  test('a flag that may stand bare does not take the next word', () => {
    expect(parse('--validate', 'warn')).toMatchObject({ args: ['warn'], values: { validate: 'strict' } });
    expect(parse('-w', 'false')).toMatchObject({ args: ['false'], values: { watch: true } });
  });

  test('flags and words mix; - is a word; everything after -- is left alone', () => {
    const parsed = parse('pods', '-o', 'json', 'web', '-', '--', '-w', '--nope');
    expect(parsed.args).toEqual(['pods', 'web', '-']);
    expect(parsed.afterDash).toEqual(['-w', '--nope']);
    expect([...parsed.given]).toEqual(['output']);
  });

  test('absent flags hold their default', () => {
    expect(parse().values).toEqual({
      output: '',
      selector: '',
      watch: false,
      'all-namespaces': false,
      tail: -1,
      since: '0s',
      filename: [],
      'as-group': [],
      validate: 'strict',
    });
    expect(parse().afterDash).toBeUndefined();
  });
});

describe('refusals, in the words of pflag', () => {
  test.each([
    [['--nope'], 'unknown flag: --nope'],
    [['--nope=1'], 'unknown flag: --nope'],
    [['-Z'], "unknown shorthand flag: 'Z' in -Z"],
    [['-AZw'], "unknown shorthand flag: 'Z' in -Zw"],
    [['-o'], "flag needs an argument: 'o' in -o"],
    [['--output'], 'flag needs an argument: --output'],
    [['--=x'], 'bad flag syntax: --=x'],
    [['---x'], 'bad flag syntax: ---x'],
    [['--tail=x'], 'invalid argument "x" for "--tail" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    [['--tail=08'], 'invalid argument "08" for "--tail" flag: strconv.ParseInt: parsing "08": invalid syntax'],
    [['--tail=1.5'], 'invalid argument "1.5" for "--tail" flag: strconv.ParseInt: parsing "1.5": invalid syntax'],
    [
      ['--tail=99999999999999999999'],
      'invalid argument "99999999999999999999" for "--tail" flag: strconv.ParseInt: parsing "99999999999999999999": value out of range',
    ],
    [
      ['-A=maybe'],
      'invalid argument "maybe" for "-A, --all-namespaces" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [['--since=5'], 'invalid argument "5" for "--since" flag: time: missing unit in duration "5"'],
    [['--since=5q'], 'invalid argument "5q" for "--since" flag: time: unknown unit "q" in duration "5q"'],
    [['--since='], 'invalid argument "" for "--since" flag: time: invalid duration ""'],
  ])('%j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ code: 'usage', message }));
  });
});

test('a flag of the command hides a global one with the same name or letter', () => {
  const own: FlagSpec = { name: 'server-side', short: 's', type: 'bool', default: false, describe: '' };
  const global: FlagSpec = { name: 'server', short: 's', type: 'string', default: '', describe: '' };
  const { values } = parseFlags(['-s', '--server=x'], new FlagTable([own], [global]));
  expect(values).toEqual({ 'server-side': true, server: 'x' });
});

import { KctlError } from '../../../lib/errors.ts';
import { type LogLevel, logLevels } from '../../../store/logs/level.ts';
import type { CommandContext, Invocation } from '../../command.ts';
import { usageError } from '../../shared/errors.ts';
import { readWhere } from '../../shared/where.ts';
import type { BaseOptions } from '../base-options.ts';
import { inlineContainer, isNamePattern, namePattern, readExpression } from '../name-pattern.ts';

export interface ManyOptions {
  /** Pods, patterns of them and workloads; none: all pods that are not left out otherwise. */
  words: readonly string[];
  /** Undefined: all. Names and patterns (`a,team-*,!kube-*`); '' is the one in use. */
  namespaces: string | undefined;
  /** Names and patterns; none: the one in use. */
  contexts: readonly string[];
  fieldSelector: string;
  where: string;
  /** Undefined: the container that kubectl would take. */
  container: ((name: string) => boolean) | undefined;
  excludedPods: readonly ((name: string) => boolean)[];
  excludedContainers: readonly ((name: string) => boolean)[];
  include: readonly RegExp[];
  exclude: readonly RegExp[];
  highlight: readonly RegExp[];
  level: LogLevel | undefined;
  /** Undefined: lines as they are; [] is all fields. */
  json: readonly string[] | undefined;
  isObjects: boolean;
  /** Go on when those that were there have ended. */
  isEndless: boolean;
  /** Undefined: where there is more than one log. */
  prefix: boolean | undefined;
  most: number;
  /** How many of the last lines are wanted; undefined: all. */
  tailLines: number | undefined;
}

/** More than kubectl's five: what is too many for a server is not too many for it. */
const mostLogs = 100;
const tailOfSelection = 10;

/**
 * Reads a command line that is about many logs; `base` is the rest of it, in kubectl's terms.
 * @throws KctlError `usage`
 */
export async function readManyOptions(
  base: BaseOptions,
  { args, flags, given }: Invocation,
  { globals }: Pick<CommandContext, 'globals'>,
): Promise<ManyOptions> {
  const list = (name: string) => flags[name] as readonly string[];
  const patterns = (name: string) => list(name).map((word) => namePattern(word));
  const anyCase = flags['ignore-case'] === true ? 'i' : '';
  const expressions = (name: string, more = '') => list(name).map((text) => readExpression(text, anyCase + more));
  const words = inlineContainer(args) === '' ? args : args.slice(0, 1);
  const container = base.container;
  const output = String(flags.output);
  if (output !== '' && output !== 'json') {
    throw new KctlError(
      'usage',
      `unable to match a printer suitable for the output format "${output}", allowed formats are: json`,
    );
  }
  const [include, level] = [expressions('include'), readLevel(String(flags.level))];
  return {
    words,
    namespaces: flags['all-namespaces'] === true ? undefined : String(globals.namespace ?? ''),
    contexts: list('contexts'),
    fieldSelector: String(flags['field-selector']),
    where: await readWhere(flags),
    container: container === '' ? undefined : namePattern(container),
    excludedPods: patterns('exclude-pod'),
    excludedContainers: patterns('exclude-container'),
    include,
    exclude: expressions('exclude'),
    highlight: [...expressions('highlight', 'g'), ...expressions('include', 'g')],
    level,
    json: given.has('json') ? readFields(String(flags.json)) : undefined,
    isObjects: output === 'json',
    isEndless: given.has('new-pods') ? flags['new-pods'] === true : !isOnlyPods(words),
    prefix: given.has('prefix') || given.has('all-pods') ? base.prefix : undefined,
    most: given.has('max-log-requests') ? base.maxLogRequests : mostLogs,
    tailLines: given.has('tail') ? base.tailLines : defaultTail(words, base, include.length > 0 || level !== undefined),
  };
}

const isOnlyPods = (words: readonly string[]): boolean =>
  words.length > 0 && words.every((word) => !isNamePattern(word) && /^((po|pods?)\/)?[^/]+$/.test(word));

/** `.level,.msg,user.id`; `*` is the bare flag. */
function readFields(text: string): string[] {
  if (text === '*') return [];
  return text.split(',').flatMap((path) => path.trim().replace(/^\./, '') || []);
}

function readLevel(text: string): LogLevel | undefined {
  if (text === '') return undefined;
  const level = { warning: 'warn', err: 'error' }[text.toLowerCase()] ?? text.toLowerCase();
  if ((logLevels as readonly string[]).includes(level)) return level as LogLevel;
  throw new KctlError('usage', `--level must be one of ${logLevels.join(', ')}, not ${JSON.stringify(text)}`);
}

/** @throws KctlError `usage` where the words cannot go together */
export function validateMany(many: ManyOptions, base: BaseOptions, { tool }: Pick<CommandContext, 'tool'>): void {
  const { words, namespaces, where, fieldSelector } = many;
  const isWhole = namespaces === undefined || /[,*?!]/.test(namespaces);
  if (words.length === 0 && base.selector === '' && !isWhole && where === '' && fieldSelector === '') {
    const wanted = "expected pods, patterns or workloads: logs 'web-*', logs deploy/web, logs -l app=web, logs -A";
    throw usageError(wanted, `${tool} logs`);
  }
  const named = words.find((word) => !isNamePattern(word));
  if (named !== undefined && base.selector !== '') {
    throw usageError('only a selector (-l) or a POD name is allowed', `${tool} logs`);
  }
  if (base.follow && base.previous) {
    throw new KctlError('usage', 'only one of follow (-f) or previous (-p) is allowed');
  }
}

/**
 * kubectl's ten lines of each log of a selection, where nothing else limits what comes. Who follows wants what comes
 * now: there a filter is no reason to read everything.
 */
function defaultTail(words: readonly string[], base: BaseOptions, isFiltered: boolean): number | undefined {
  const isSelection = words.length === 0 || words.some((word) => isNamePattern(word));
  const isLimited = (isFiltered && !base.follow) || base.sinceSeconds !== undefined || base.sinceTime !== undefined;
  return isSelection && !isLimited ? tailOfSelection : undefined;
}

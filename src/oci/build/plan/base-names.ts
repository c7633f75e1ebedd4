import { KctlError } from '../../../lib/errors.ts';
import { parseReference } from '../../reference.ts';
import { BuildFailure } from '../build-failure.ts';
import type { Dockerfile } from '../dockerfile/parse-dockerfile.ts';
import type { Warnings } from '../lint/warnings.ts';
import { type Platform, parsePlatform } from './platform.ts';
import { checkSecret } from './settings.ts';
import { Variables } from './variables.ts';

interface Given {
  buildArgs: ReadonlyMap<string, string>;
  /** What every build knows of its platforms. */
  known: ReadonlyMap<string, string>;
  platform: Platform;
  warnings: Warnings;
}

export interface BaseNames {
  globals: ReadonlyMap<string, string | undefined>;
  /** Of each stage: what it is built on, and for which platform. */
  of: readonly { name: string; platform: Platform }[];
  used: readonly string[];
}

/**
 * What the FROM of each stage means, with the arguments that stand before the first one.
 * @throws BuildFailure
 */
export function readBaseNames({ globals: declared, stages, directives }: Dockerfile, given: Given): BaseNames {
  const { buildArgs, known, warnings, platform } = given;
  const variables = new Variables(directives.escape, { args: known });
  const defaults = new Variables(directives.escape, { args: known });
  const used: string[] = [];
  for (const { pairs, range } of declared) {
    const read = pairs.map(({ key, value }) => {
      checkSecret('ARG', key, range, warnings);
      used.push(key);
      return {
        key,
        value: buildArgs.get(key) ?? (value === undefined ? known.get(key) : variables.word(value, range)),
        other: value === undefined ? known.get(key) : defaults.word(value, range),
      };
    });
    for (const { key, value, other } of read) {
      variables.args.set(key, value);
      defaults.args.set(key, other);
    }
  }
  const names = stages.map(({ from }) => {
    const { range, base } = from;
    const missing = (name: string) => {
      const near = variables.near(name);
      const text = `FROM argument '${name}' is not declared${near ? ` (did you mean ${near}?)` : ''}`;
      warnings.add('UndefinedArgInFrom', range, text);
    };
    const name = variables.word(base, range, missing);
    const other = defaults.word(base, range);
    if (base.includes('$') && !isUsable(other)) {
      const text = `Default value for ARG ${base} results in empty or invalid base image name`;
      warnings.add('InvalidDefaultArgInFrom', range, text);
    }
    if (name === '') throw new BuildFailure(`base name (${base}) should not be blank`, range);
    if (from.platform === undefined) return { name, platform };
    const text = variables.word(from.platform, range, missing);
    if (!from.platform.includes('$')) {
      // A stage that is called after the platform means it.
      const words = text.split('/').slice(0, 2);
      const isMeant = words.some((word) => word !== '' && from.stage?.toLowerCase().includes(word));
      const message = `FROM --platform flag should not use constant value ${JSON.stringify(text)}`;
      if (!isMeant) warnings.add('FromPlatformFlagConstDisallowed', range, message);
    } else if (/^\$\{?TARGETPLATFORM\}?$/.test(from.platform)) {
      const message = `Setting platform to predefined ${from.platform} in FROM is redundant as this is the default behavior`;
      warnings.add('RedundantTargetPlatform', range, message);
    }
    const undeclared = [...from.platform.matchAll(/\$\{?(\w+)/g)]
      .map(([, one]) => one!)
      .find((one) => variables.value(one) === undefined);
    const near = undeclared === undefined ? undefined : variables.near(undeclared);
    const meant = near ? ` (did you mean ${near}?)` : '';
    if (text === '') throw new BuildFailure(`empty platform value from expression ${from.platform}${meant}`, range);
    try {
      return { name, platform: parsePlatform(text) };
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      const why = error.message.replace(
        `failed to parse platform ${text}`,
        `failed to parse platform ${from.platform}`,
      );
      throw new BuildFailure(`${why}${meant}`, range, { cause: error });
    }
  });
  return { globals: variables.args, of: names, used };
}

function isUsable(name: string): boolean {
  if (name === 'scratch') return true;
  try {
    parseReference(name);
    return true;
  } catch {
    return false;
  }
}

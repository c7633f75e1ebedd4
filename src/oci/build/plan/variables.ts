import { nearestName } from '../../../lib/nearest-name.ts';
import { BuildFailure } from '../build-failure.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import { expandText, expandWord } from '../dockerfile/words.ts';

/** Build arguments that may be given without being declared; neither cache nor history know of them. */
export const proxyNames: readonly string[] = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'FTP_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
].flatMap((name) => [name, name.toLowerCase()]);

/** The variables of one stage. What ENV says always wins over ARG (Dockerfile reference, "Using ARG variables"). */
export class Variables {
  /** Of declared arguments; undefined for those without a value. */
  readonly args: Map<string, string | undefined>;
  readonly env: Map<string, string>;
  readonly #escape: string;

  constructor(
    escaper: string,
    from?: { args?: Iterable<[string, string | undefined]>; env?: Iterable<[string, string]> },
  ) {
    this.#escape = escaper;
    this.args = new Map(from?.args ?? []);
    this.env = new Map(from?.env ?? []);
  }

  readonly value = (name: string): string | undefined => this.env.get(name) ?? this.args.get(name);

  /**
   * @param onMissing told of names that stand for nothing
   * @throws BuildFailure
   */
  word(text: string, range: SourceRange, onMissing?: (name: string) => void): string {
    return this.#expand(expandWord, text, range, onMissing);
  }

  /** Of a heredoc: quotes stay. */
  text(text: string, range: SourceRange, onMissing?: (name: string) => void): string {
    return this.#expand(expandText, text, range, onMissing);
  }

  /** A name that was perhaps meant. */
  near(name: string): string | undefined {
    return nearestName(name, [...this.env.keys(), ...this.args.keys()]);
  }

  #expand(expand: typeof expandWord, text: string, range: SourceRange, onMissing?: (name: string) => void): string {
    try {
      return expand(text, this.#escape, (name, isBare) => {
        const value = this.value(name);
        if (isBare && value === undefined && !this.args.has(name)) onMissing?.(name);
        return value;
      });
    } catch (error) {
      throw new BuildFailure(`failed to process ${JSON.stringify(text)}: ${(error as Error).message}`, range);
    }
  }
}

/** `NAME=value` lines as a map, in order. */
export function environment(lines: readonly string[] | null | undefined): Map<string, string> {
  return new Map(
    (lines ?? []).map((line) => {
      const equals = line.indexOf('=');
      return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

export const environmentLines = (env: ReadonlyMap<string, string>): string[] =>
  [...env].map(([name, value]) => `${name}=${value}`);

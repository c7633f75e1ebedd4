/** A text in every language that the stories are told in. */
export interface Words {
  en: string;
  ko: string;
}

export type Language = keyof Words;

/** One thing that happens on the screen. */
export type Act =
  /** A command line, without the name of the program: run for real, its output shown. */
  | { line: string; until?: RegExp; unless?: RegExp; within?: string; fails?: boolean }
  /** Shows a file of the story and writes it beside the others, for the command that follows. */
  | { file: string };

/** Some sentences, and then what can be seen of them. */
interface Scene {
  say: Words;
  acts: readonly Act[];
}

/**
 * A lesson about a cluster: nothing in it is played, each command line can be typed by whoever reads along. The
 * text tells only what holds whatever names and moments chance chooses.
 */
export interface Story {
  title: Words;
  /** Manifests by file name, as YAML. */
  files: Readonly<Record<string, string>>;
  scenes: readonly Scene[];
  /** What to keep in mind. */
  moral: Words;
}

/** What a command line shows must match `until`; the cluster's clock is moved on until it does, at most `within`. */
export const run = (line: string, until?: RegExp, within = '2m'): Act => ({
  line,
  within,
  ...(until ? { until } : {}),
});

/** The same, waiting until nothing in the output matches `unless`. */
export const runUntilGone = (line: string, unless: RegExp, within = '2m'): Act => ({ line, unless, within });

/** A command line that is expected to be refused. */
export const refused = (line: string): Act => ({ line, fails: true });

export const show = (file: string): Act => ({ file });

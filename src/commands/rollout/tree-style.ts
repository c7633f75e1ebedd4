import { Chalk, type ChalkInstance, type ColorSupportLevel } from 'chalk';

/** The first of these that a line shows decides its colour; signs and words say the same without it. */
const looks: readonly [sign: RegExp, look: (colours: ChalkInstance) => (text: string) => string][] = [
  [/^ *[│├└─ ]*✖/, (colours) => colours.red],
  [/^✔/, (colours) => colours.green],
  [/^ {2}\d\d:\d\d:\d\d ! /, (colours) => colours.yellow],
  [/^ {2}\d\d:\d\d:\d\d |[├└]─ replicaset |cached on this node$/, (colours) => colours.dim],
  [/^│ {2}ends in /, (colours) => colours.cyan],
  [/^ *! /, (colours) => colours.yellow],
  [/\((ImagePullBackOff|ErrImagePull|CrashLoopBackOff|InvalidImageName|\w*Error)\)/, (colours) => colours.red],
  [/[├└]─ ●/, (colours) => colours.green],
  [/[├└]─ ◌/, (colours) => colours.dim],
  [/[├└]─ [○◔◑◕]/, (colours) => colours.cyan],
  [/[├└]─ revision \S+ \(new\)/, (colours) => colours.bold],
  [/[├└]─ revision |^│ {2}surge/, (colours) => colours.dim],
  [/successfully rolled out|roll(ing|ed)? ?out complete|update complete/, (colours) => colours.green],
  [/^(deployment|statefulset|daemonset) \S+\/\S+ · /, (colours) => colours.bold],
];

/**
 * Colours for the lines of rolloutLines.
 * @param level how many colours the terminal has, as chalk counts (0 none, 1 sixteen, 2 256, 3 all)
 */
export function treeStyle(level: ColorSupportLevel): (line: string) => string {
  const colours = new Chalk({ level });
  return (line) => {
    const look = looks.find(([sign]) => sign.test(line))?.[1];
    return look ? look(colours)(line) : line;
  };
}

import type { Program } from '../process/process.ts';

interface Sized {
  /** Cells, as the client last told. */
  size: { width: number; height: number };
}

const isSized = (terminal: object | undefined): terminal is Sized => terminal !== undefined && 'size' in terminal;

type Setting = (terminal: Sized, value: number) => void;

const settings: Readonly<Record<string, Setting>> = {
  rows: (terminal, height) => {
    terminal.size = { ...terminal.size, height };
  },
  columns: (terminal, width) => {
    terminal.size = { ...terminal.size, width };
  },
};

/** The terminal at standard input: its size and speed, and a size that somebody sets. Its modes stay as they are. */
export const stty: Program = async (process, args) => {
  const terminal = process.handle(0).terminal;
  const isGnu = process.host.flavour === 'gnu';
  if (!isSized(terminal))
    return process.fail(
      isGnu ? "'standard input': Inappropriate ioctl for device" : 'standard input: Inappropriate ioctl for device',
    );
  const words = [...args];
  if (words.length === 0) words.push('-a');
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const { width, height } = terminal.size;
    if (word === 'size') await process.print(`${height} ${width}\n`);
    else if (word === 'speed') await process.print('38400\n');
    else if (word === '-a') await process.print(`speed 38400 baud; rows ${height}; columns ${width};\n`);
    else {
      const set = settings[word === 'cols' ? 'columns' : word];
      if (!set) return process.fail(`${word}: modes are not supported in this simulated terminal`);
      const value = words.shift();
      if (value === undefined) return process.fail(`missing argument to '${word}'`);
      if (!/^[1-9]\d{0,4}$/.test(value)) return process.fail(`invalid integer argument: '${value}'`);
      set(terminal, Number(value));
    }
  }
  return 0;
};

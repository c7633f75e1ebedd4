import { cacheFolder } from './cache-folder.ts';

const fs = process.getBuiltinModule('node:fs');
const { join } = process.getBuiltinModule('node:path');
const { setFlagsFromString } = process.getBuiltinModule('node:v8');
const { constants, Script } = process.getBuiltinModule('node:vm');

/**
 * Runs a bundle in the CommonJS format with compiled code kept from an earlier run. Node's own compile cache
 * keeps what is compiled when a module is loaded; this one is taken when a run has ended well, so that it has
 * the functions that ran, which saves a short command a tenth of its time. V8 refuses code of another version
 * or of other flags; that the source is the same is up to us.
 * @param file an ASCII file: as such it is read without decoding
 * @param name each has code of its own (code-name.ts)
 */
export function runScript(file: string, name: string): void {
  const { size, mtimeMs } = fs.statSync(file);
  const made = `${process.version} ${process.arch}\n`;
  const header = `${file} ${name} ${size} ${mtimeMs} ${made}`;
  const cache = join(cacheFolder(), `${hash(`${file} ${name}`)}.code`);
  // Of the commonest command the build brings code (scripts/keep-code.mjs), for who has none yet.
  const cachedData =
    readCode(cache, header) ?? readCode(join(file, '..', 'code', `${name}.code`), `${name} ${size} ${made}`);
  const source = `(function (require, kctlScriptUrl) {${fs.readFileSync(file, 'latin1')}\n})`;
  const script = new Script(source, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData ? { cachedData } : {}),
  });
  if (!cachedData || script.cachedDataRejected) {
    // V8 throws the code of functions away that a few garbage collections have not seen run: what took long would be
    // kept without its beginning, and each later run compile that again, 90 ms of a pull. Only this run is told not
    // to, for a flag makes Node compile its own modules, too. The code is made under the flags that others run with.
    setFlagsFromString('--no-flush-bytecode');
    process.on('exit', (code) => {
      setFlagsFromString('--flush-bytecode');
      if (code === 0) writeCode(cache, header, script.createCachedData());
    });
  }
  // Packages ask for a module that may be installed by `require`; making one takes a millisecond.
  const load = (wanted: string) => process.getBuiltinModule('node:module').createRequire(file)(wanted);
  script.runInThisContext()(load, process.getBuiltinModule('node:url').pathToFileURL(file).href);
}

function readCode(cache: string, header: string): Buffer | undefined {
  try {
    const kept = fs.readFileSync(cache);
    const [begin, end] = [Buffer.byteLength(header), kept.length - Buffer.byteLength(header)];
    // At both ends: a file that a crash cut off is no code.
    const whole = kept.toString('utf8', 0, begin) === header && kept.toString('utf8', end) === header;
    return whole ? kept.subarray(begin, end) : undefined;
  } catch {
    return undefined;
  }
}

/** A folder that cannot be written costs time, not the command. */
function writeCode(cache: string, header: string, code: Buffer): void {
  const fresh = `${cache}.${process.pid}`;
  try {
    fs.mkdirSync(cacheFolder(), { recursive: true, mode: 0o700 });
    fs.writeFileSync(fresh, Buffer.concat([Buffer.from(header), code, Buffer.from(header)]), { mode: 0o600 });
    fs.renameSync(fresh, cache);
  } catch {
    fs.rmSync(fresh, { force: true });
  }
}

/** FNV-1a, 32 bits: a name for the file of each command and checkout; its header says whose it is. */
function hash(text: string): string {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return sum.toString(16);
}

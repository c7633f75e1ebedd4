// Bundles src into dist: ES modules, split at every dynamic import, minified. Users run this bundle;
// tests that start the real program do too.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { completionTable } from './completion-table.ts';
import { keepCode } from './keep-code.mjs';
import { buildScript } from './script-bundle.mjs';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
/**
 * A static `import 'node:http'` makes Node read every export of it: of http, that loads undici (15 ms), of tls,
 * it decodes the bundled certificates. Fetched as built-in modules, and by a module that a bundle wraps only
 * when that runs, nothing is read that is not used.
 */
const builtinsAsUsed = (which) => ({
  name: 'builtins-as-used',
  setup(b) {
    b.onResolve({ filter: which }, ({ path }) =>
      isBuiltin(path) ? { path: path.startsWith('node:') ? path : `node:${path}`, namespace: 'builtin' } : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }));
  },
});
/** Where a bundle is one file. */
const allBuiltins = builtinsAsUsed(/^[\w:/]+$/);
/** Where it is split: each such module may become a file, which costs more than most of them save. */
const httpAsUsed = builtinsAsUsed(/^(node:)?http$/);

/**
 * string-width makes a segmenter (starts ICU: 10 ms) and compiles an emoji pattern (20 ms and more) as it
 * loads. Only text beyond ASCII needs them, so the bundle makes both when they are first used.
 */
const lazyStringWidth = {
  name: 'lazy-string-width',
  setup(b) {
    const eager = {
      'const segmenter = new Intl.Segmenter();':
        'let madeSegmenter; const segmenter = { segment: text => (madeSegmenter ??= new Intl.Segmenter()).segment(text) };',
      'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;':
        // One UTF-16 unit is an RGI emoji only by its own presentation, which is a cheap pattern; our symbols are such.
        'let madeEmoji; const rgiEmojiRegex = { test: text => text.length === 1 ? /^\\p{Emoji_Presentation}$/u.test(text) : (madeEmoji ??= new RegExp("^\\\\p{RGI_Emoji}$", "v")).test(text) };',
    };
    b.onLoad({ filter: /node_modules\/string-width\/index\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      // Another copy of the package (a dependency's own) may be older and lack a line; it keeps what it has.
      for (const [line, lazy] of Object.entries(eager)) contents = contents.replace(line, () => lazy);
      return { contents };
    });
  },
};

const fresh = `dist-${process.pid}`;

/** Ink asks for react-devtools-core only under DEV=true; the bundle has no use for it. */
const withoutDevtools = {
  name: 'without-devtools',
  setup(b) {
    b.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'react-devtools-core', namespace: 'empty' }));
    b.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
  },
};

const common = {
  absWorkingDir: home,
  outdir: fresh,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  // ES modules where a package has them: esbuild can drop what is not used and needs no interop.
  mainFields: ['module', 'main'],
  target: 'node22.19',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"', KCTL_VERSION: JSON.stringify(version) },
  metafile: true,
  logLevel: 'warning',
};

/** ES modules in which CommonJS packages call require; a private name, since bundled code declares `createRequire` itself. */
const modules = {
  ...common,
  banner: {
    js: "import { createRequire as kctlCreateRequire } from 'node:module'; const require = kctlCreateRequire(import.meta.url);",
  },
};

/** src/cli/run-script.ts says why, and gives them their URL, which packages ask for. */
const scripts = {
  ...common,
  define: { ...common.define, 'import.meta.url': 'kctlScriptUrl' },
};

/** For src/cli/boot.ts, src/cli/get-program.ts and its like are the other bundles. */
const programsAreBundles = {
  name: 'programs-are-bundles',
  setup(b) {
    b.onResolve({ filter: /\/(get|commands|complete)-program\.ts$/ }, ({ path, resolveDir }) => ({
      path: basename(path, '.ts'),
      namespace: 'script',
      pluginData: resolveDir,
    }));
    b.onLoad({ filter: /.*/, namespace: 'script' }, ({ path, pluginData }) => ({
      contents: `import { codeName } from './code-name.ts'; import { runScript } from './run-script.ts'; runScript(import.meta.dirname + '/${path}.cjs', codeName(process.argv.slice(2)))`,
      resolveDir: pluginData,
    }));
    b.onResolve({ filter: /\/\w+-program\.ts$/ }, ({ path }) => ({
      path: path.replace(/\.ts$/, '.mjs'),
      external: true,
    }));
  },
};

/** A bundle that knows one verb, in one file. */
const oneVerb = (verb) => ({
  name: 'one-verb',
  setup(b) {
    b.onResolve({ filter: /\/registry\.ts$/ }, ({ importer, resolveDir }) =>
      /[\\/]cli[\\/][\w-]+\.ts$/.test(importer)
        ? { path: join(resolveDir, `../commands/${verb}-registry.ts`) }
        : undefined,
    );
  },
});

/** A bundle that completes command lines: its table says of every command what may follow, and has none of their code. */
const commandsAsData = {
  name: 'commands-as-data',
  setup(b) {
    b.onResolve({ filter: /\/(registry|builtins)\.ts$/ }, ({ importer }) =>
      /[\\/]cli[\\/][\w-]+\.ts$/.test(importer) ? { path: 'table', namespace: 'data' } : undefined,
    );
    b.onLoad({ filter: /.*/, namespace: 'data' }, async () => ({ contents: await completionTable() }));
    b.onResolve({ filter: /\/own-words\.ts$/ }, () => ({ path: './own-words.mjs', external: true }));
  },
};

/** What only other verbs load; src/cli/boot.ts sends a bundle nothing that would ask for it. */
const leaveOut = (what) => ({
  name: 'leave-out',
  setup(b) {
    b.onResolve({ filter: what }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
});

const outputs = await Promise.all([
  build({ ...common, entryPoints: { main: 'src/cli/boot.ts' }, plugins: [programsAreBundles] }),
  build({
    ...modules,
    entryPoints: {
      'whole-program': 'src/cli/whole-program.ts',
      'own-words': 'src/cli/own-words.ts',
      testing: 'src/emulator/testing/index.ts',
    },
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    plugins: [withoutDevtools, httpAsUsed, lazyStringWidth],
  }),
  buildScript(scripts, 'commands-program', [
    allBuiltins,
    lazyStringWidth,
    leaveOut(/\/(tui\/main\.ts|emulator\/start\.ts)$/),
  ]),
  buildScript(scripts, 'get-program', [
    allBuiltins,
    lazyStringWidth,
    oneVerb('get'),
    leaveOut(
      /\/(tui\/main\.ts|emulator\/start\.ts|ui\.ts|help\.ts|help-commands\.ts|complete\.ts|plugin-command\.ts|guard-writes\.ts)$/,
    ),
  ]),
  buildScript(scripts, 'complete-program', [
    allBuiltins,
    lazyStringWidth,
    commandsAsData,
    leaveOut(/\/(emulator\/[\w/-]+|help|help-commands|plugin-command|guard-writes)\.ts$/),
  ]),
  build({
    ...modules,
    entryPoints: { 'cluster-program': 'src/cli/cluster-program.ts' },
    plugins: [allBuiltins, lazyStringWidth, oneVerb('cluster'), leaveOut(/\/(tui\/main\.ts|ui\.ts)$/)],
  }),
]);
// The types of `kctl/testing`: its contract imports nothing, so it is its own declaration.
const contract = await readFile(join(home, 'src/emulator/testing/contract.ts'), 'utf8');
const declaration = 'export declare function startCluster(options?: StartClusterOptions): Promise<RunningCluster>;';
// A cluster is disposable, which projects for older targets do not know.
const disposable = '/// <reference lib="esnext.disposable" />';
await writeFile(join(home, fresh, 'testing.d.ts'), `${disposable}\n${contract}\n${declaration}\n`);
// Swapped in whole: a build that fails leaves the last good bundle alone.
await rm(join(home, 'dist'), { recursive: true, force: true });
await rename(join(home, fresh), join(home, 'dist'));
const launcher =
  process.platform === 'win32' ? [process.execPath, join(home, 'bin', 'kctl.mjs')] : [join(home, 'bin', 'kctl')];
await keepCode(join(home, 'dist'), launcher);
const files = outputs.flatMap(({ metafile }) => Object.values(metafile.outputs));
const kib = Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1024);
process.stdout.write(`built dist: ${files.length} files, ${kib} KiB\n`);

// Bundles src into dist: ES modules, split at every dynamic import, minified. Users run this bundle;
// tests that start the real program do too.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
/**
 * A static `import 'node:http'` makes Node read every export, and reading the one named WebSocket loads
 * undici: 15 ms. Fetched as a built-in module, only what is used is read.
 */
const httpWithoutUndici = {
  name: 'http-without-undici',
  setup(b) {
    b.onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'node:http', namespace: 'builtin' }));
    b.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }));
  },
};

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
  // CommonJS packages call require for built-ins; a private name, since bundled code declares `createRequire` itself.
  banner: {
    js: "import { createRequire as kctlCreateRequire } from 'node:module'; const require = kctlCreateRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
};

/** In the whole program, src/cli/get-program.ts and its like are the other bundles. */
const programsAreBundles = {
  name: 'programs-are-bundles',
  setup(b) {
    b.onResolve({ filter: /\/\w+-program\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: path.replace(/\.ts$/, '.mjs'), external: true } : undefined,
    );
  },
};

/**
 * A bundle that knows one verb, in one file. `leftOut` is what only other verbs load; src/cli/boot.ts sends
 * it nothing that would ask for those.
 */
const oneVerb = (verb, leftOut) => ({
  name: 'one-verb',
  setup(b) {
    b.onResolve({ filter: /\/registry\.ts$/ }, ({ importer, resolveDir }) =>
      /[\\/]cli[\\/][\w-]+\.ts$/.test(importer)
        ? { path: join(resolveDir, `../commands/${verb}-registry.ts`) }
        : undefined,
    );
    b.onResolve({ filter: leftOut }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
});

const outputs = await Promise.all([
  build({
    ...common,
    entryPoints: { main: 'src/cli/boot.ts', testing: 'src/emulator/testing/index.ts' },
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    plugins: [withoutDevtools, httpWithoutUndici, lazyStringWidth, programsAreBundles],
  }),
  build({
    ...common,
    entryPoints: { 'get-program': 'src/cli/get-program.ts' },
    plugins: [
      httpWithoutUndici,
      lazyStringWidth,
      oneVerb('get', /\/(tui\/main\.tsx|emulator\/start\.ts|ui\.ts|help\.ts|help-commands\.ts)$/),
    ],
  }),
  build({
    ...common,
    entryPoints: { 'cluster-program': 'src/cli/cluster-program.ts' },
    plugins: [httpWithoutUndici, lazyStringWidth, oneVerb('cluster', /\/(tui\/main\.tsx|ui\.ts)$/)],
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
const files = outputs.flatMap(({ metafile }) => Object.values(metafile.outputs));
const kib = Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1024);
process.stdout.write(`built dist: ${files.length} files, ${kib} KiB\n`);

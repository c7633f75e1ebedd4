// Bundles src into dist: ES modules, split at every dynamic import, minified. Users run this bundle;
// tests that start the real program do too.
import { readFile, rename, rm } from 'node:fs/promises';
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
        'let madeEmoji; const rgiEmojiRegex = { test: text => (madeEmoji ??= new RegExp("^\\\\p{RGI_Emoji}$", "v")).test(text) };',
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

const result = await build({
  absWorkingDir: home,
  entryPoints: { main: 'src/cli/boot.ts' },
  outdir: fresh,
  outExtension: { '.js': '.mjs' },
  entryNames: '[name]',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: false,
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
  plugins: [withoutDevtools, httpWithoutUndici, lazyStringWidth],
  metafile: true,
  logLevel: 'warning',
});
// Swapped in whole: a build that fails leaves the last good bundle alone.
await rm(join(home, 'dist'), { recursive: true, force: true });
await rename(join(home, fresh), join(home, 'dist'));
const bytes = Object.values(result.metafile.outputs).reduce((sum, o) => sum + o.bytes, 0);
process.stdout.write(
  `built dist: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB\n`,
);

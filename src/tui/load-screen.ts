/**
 * Loads Ink and what draws with it. Its layout engine (yoga) reads its WebAssembly through `fetch` where
 * there is one, which makes Node load undici: 40 ms of every start. Without it, the same bytes are decoded
 * in place.
 */
export async function loadScreen(): Promise<typeof import('./screen.ts')> {
  const fetch = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
  Reflect.deleteProperty(globalThis, 'fetch');
  try {
    return await import('./screen.ts');
  } finally {
    if (fetch) Object.defineProperty(globalThis, 'fetch', fetch);
  }
}

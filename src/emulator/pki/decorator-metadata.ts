type Keys = Map<unknown, unknown>;

const metadata = new WeakMap<object, Keys>();

const own = (key: unknown, target: object): unknown => metadata.get(target)?.get(key);

function inherited(key: unknown, target: object): unknown {
  for (let at: object | null = target; at; at = Object.getPrototypeOf(at) as object | null) {
    if (metadata.get(at)?.has(key)) return own(key, at);
  }
  return undefined;
}

/**
 * The four functions of the decorator metadata proposal that the X.509 library's dependency injection
 * refuses to load without. Leaves a complete implementation alone where a program brought one.
 */
export function provideDecoratorMetadata(): void {
  if ('getMetadata' in Reflect) return;
  Object.assign(Reflect, {
    getMetadata: inherited,
    getOwnMetadata: own,
    hasOwnMetadata: (key: unknown, target: object) => metadata.get(target)?.has(key) ?? false,
    defineMetadata(key: unknown, value: unknown, target: object) {
      const keys: Keys = metadata.get(target) ?? new Map();
      metadata.set(target, keys.set(key, value));
    },
  });
}

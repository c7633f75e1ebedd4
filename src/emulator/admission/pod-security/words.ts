/** One violation: the reason, and what exactly is wrong. */
export interface Violation {
  reason: string;
  detail: string;
}

export const quoted = (names: Iterable<string>): string => [...names].map((name) => JSON.stringify(name)).join(', ');

export const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);

/** `container "a"`, `containers "a", "b"`. */
export const containersText = (names: readonly string[]): string =>
  `${plural(names.length, 'container', 'containers')} ${quoted(names)}`;

/** `pod and containers "a", "b"`: who sets what must not be set. */
export const settersText = (pod: boolean, containers: readonly string[]): string =>
  [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [containersText(containers)] : [])].join(' and ');

/** A value as Go's fmt prints it with %v: `[a b]`, `map[a:1 b:2]` with sorted keys, `<nil>`. */
export { goValue as goValueText } from '../lib/go-value.ts';

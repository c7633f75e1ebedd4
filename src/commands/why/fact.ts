/** One thing that is known, or thought, about why something is as it is. */
export interface Fact {
  /** `bad` stands in the way, `warn` may, `ok` does not. */
  level: 'bad' | 'warn' | 'ok';
  text: string;
  /** What to do about it. */
  next?: string;
  /** True where it is concluded and not read from the cluster. */
  guess?: boolean;
}

export const bad = (text: string, next?: string): Fact => ({ level: 'bad', text, ...(next ? { next } : {}) });
export const warn = (text: string, next?: string): Fact => ({ level: 'warn', text, ...(next ? { next } : {}) });
export const ok = (text: string): Fact => ({ level: 'ok', text });
/** A conclusion, to be read as one. */
export const guess = (text: string, next?: string): Fact => ({ ...warn(text, next), guess: true });

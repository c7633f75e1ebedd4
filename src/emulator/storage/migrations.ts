import type { DatabaseSync } from 'node:sqlite';

/**
 * Objects by the number of the write that made them what they are: a new row goes behind all others, where a
 * group fills a few pages from end to end. In the order of their keys each would touch pages of its own.
 */
const OBJECTS = `
CREATE TABLE objects (
  revision INTEGER PRIMARY KEY,
  resource TEXT NOT NULL,
  key TEXT NOT NULL,
  body BLOB NOT NULL
);
`;

const TABLES = `
${OBJECTS}
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('revision', 0);
`;

/**
 * What brings a database from each version to the next, by the version it starts from (`PRAGMA
 * user_version`, 0: an empty file); what is behind them all is the version this program writes.
 */
const STEPS: readonly string[] = [
  // 0 to 1: made at once in the newest form, below.
  '',
  // 1 to 2: objects are kept as the bytes that answers are made of, no longer as text.
  'UPDATE objects SET body = CAST(body AS BLOB);',
  // 2 to 3: objects are found by their revision, no longer by their key.
  `ALTER TABLE objects RENAME TO objects_by_key; ${OBJECTS}
  INSERT INTO objects SELECT revision, resource, key, body FROM objects_by_key ORDER BY revision;
  DROP TABLE objects_by_key;`,
];

export const SCHEMA_VERSION = STEPS.length;

/** Brings the tables to the newest version, in one transaction: killed in the middle, it begins anew. */
export function migrate(database: DatabaseSync, from: number): void {
  if (from === SCHEMA_VERSION) return;
  const steps = from === 0 ? TABLES : STEPS.slice(from).join('\n');
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(`${steps} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

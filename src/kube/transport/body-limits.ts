/**
 * Where reading ends, in bytes after decompression: a server that sends without end, or a small answer
 * that unpacks into a huge one, must not fill the memory of this machine.
 */

/** Answers that are read whole. The largest real ones, pages of 500 objects, stay far below. */
export const answerLimit = 256 * 1024 * 1024;

/** Answers that say what went wrong; what goes beyond is not worth reading. */
export const failureLimit = 1024 * 1024;

/** One event of a watch: servers store no objects beyond a few MiB. */
export const eventLimit = 64 * 1024 * 1024;

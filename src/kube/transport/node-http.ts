/**
 * `node:http` without its ES module face: importing that reads every export, and `http.WebSocket` loads
 * all of Node's own undici, which costs as much as starting Node does.
 */
export const http = process.getBuiltinModule('node:http');

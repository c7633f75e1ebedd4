// The other side of dashboard-logs: an HTTP server whose logs grow at a given rate.
import { createServer } from 'node:http';

const STEP_MS = 10;

const forms = [
  (count, time) =>
    `{"time":"${time}","level":"${count % 100 === 0 ? 'error' : 'info'}","msg":"request done","method":"GET","path":"/api/products/${count % 977}","status":200,"duration_ms":${count % 300}}`,
  (count, time) =>
    `time=${time} level=${count % 50 === 0 ? 'warn' : 'info'} msg="order placed" order=${count} total=12.50`,
  (count) => `10.244.0.${count % 255} - - "GET /api/products/${count % 977} HTTP/1.1" 200 612 "-" "curl/8.5"`,
];

process.once('message', ({ logs, rate, seconds }) => {
  const total = (rate * seconds) / logs;
  const served = new Set();
  const server = createServer((request, response) => {
    const which = Number(new URL(request.url, 'http://log').searchParams.get('log'));
    // A log that ended while its pod runs is asked for again, and has nothing more.
    if (served.has(which)) return response.flushHeaders();
    served.add(which);
    const begun = performance.now();
    let sent = 0;
    const step = () => {
      const due = Math.min(total, Math.floor(((performance.now() - begun) * rate) / logs / 1000));
      let text = '';
      for (; sent < due; sent++) {
        const ms = Date.now();
        const time = new Date(ms).toISOString();
        text += `${time.slice(0, 23)}${String(sent % 1e6).padStart(6, '0')}Z ${forms[(which + sent) % 3](sent, time)}\n`;
      }
      const isFree = text === '' || response.write(text);
      if (sent === total) return response.end(() => process.send({ done: which }));
      if (isFree) setTimeout(step, STEP_MS);
      // The reader makes us wait: what is due by then comes at once.
      else response.once('drain', step);
    };
    step();
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, total: total * logs }));
});

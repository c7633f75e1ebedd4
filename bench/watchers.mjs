// The watchers of server-watch: counts what each of them gets, and how late.
import https from 'node:https';

process.once('message', async ({ port, tls, path, watchers, events }) => {
  const latencies = [];
  let lost = 0;
  let disordered = 0;
  let open = watchers;
  let waiting = watchers;

  const requests = [];

  function watch() {
    const agent = new https.Agent(tls);
    let got = 0;
    let last = 0;
    let rest = '';
    const request = https.get({ host: '127.0.0.1', port, path, agent }, (answer) => {
      if (--waiting === 0) process.send({ what: 'ready' });
      answer.setEncoding('utf8');
      answer.on('data', (part) => {
        const now = performance.timeOrigin + performance.now();
        const lines = (rest + part).split('\n');
        rest = lines.pop();
        for (const line of lines) {
          // Cheaper than JSON.parse for 50,000 lines a second, so that what is timed is the server.
          const sent = /"sent":"([\d.]+)"/.exec(line);
          if (!sent) continue;
          const version = Number(/"resourceVersion":"(\d+)"/.exec(line)[1]);
          if (version <= last) disordered++;
          last = version;
          got++;
          latencies.push(now - Number(sent[1]));
          if (got === events) request.destroy();
        }
      });
      answer.on('error', () => {});
    });
    requests.push(request);
    request.on('error', () => {});
    request.on('close', () => {
      lost += events - got;
      if (--open === 0) process.send({ what: 'done', lost, disordered, latencies: Float64Array.from(latencies) });
    });
  }
  // What has not come by then is lost.
  process.once('message', () => {
    for (const request of requests) request.destroy();
  });
  for (let count = 0; count < watchers; count++) watch();
});

// Asks a server something small without a pause, in a process of its own, and says how long the longest
// answer took since it was last asked.
import https from 'node:https';

process.once('message', ({ port, tls }) => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ...tls });
  let longest = 0;
  const ask = () => {
    const begun = performance.now();
    https
      .get({ host: '127.0.0.1', port, path: '/version', agent }, (answer) => {
        answer.resume();
        answer.on('end', () => {
          longest = Math.max(longest, performance.now() - begun);
          setImmediate(ask);
        });
      })
      .on('error', () => {});
  };
  ask();
  process.on('message', () => {
    process.send(longest);
    longest = 0;
  });
});

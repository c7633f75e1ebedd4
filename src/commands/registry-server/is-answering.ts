import { get } from 'node:http';

/** True where a registry answers at that address, with or without asking for a password. */
export function isAnswering(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = get(`${url}/v2/`, { agent: false, timeout: 1000 }, (answer) => {
      answer.resume();
      const isRegistry = answer.headers['docker-distribution-api-version'] !== undefined;
      resolve(isRegistry && (answer.statusCode === 200 || answer.statusCode === 401));
    });
    probe.on('timeout', () => probe.destroy(new Error('no answer')));
    probe.on('error', () => resolve(false));
  });
}

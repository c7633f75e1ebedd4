import { expect, test } from 'vitest';
import { portWarnings } from '../../../src/api/validation/port-warnings.ts';

type Port = { containerPort: number; protocol: string; hostPort?: number; hostIP?: string; name?: string };

const warnings = (ports: Port[]): string[] => {
  const texts: string[] = [];
  portWarnings({ containers: [{ name: 'c', ports }] }, 'spec', texts);
  return texts;
};
const place = (index: number): string => `spec.containers[0].ports[${index}]`;
const http = { containerPort: 80, protocol: 'TCP' };

test('ports that clash are told of in their order, each with the way in which they do', () => {
  const ports = [
    { ...http, hostPort: 1 },
    { ...http, hostPort: 1, hostIP: '1.1.1.1' },
    { ...http, hostPort: 1, hostIP: '2.2.2.2' },
    { ...http },
    { ...http, hostPort: 1 },
    { ...http, protocol: 'UDP', hostPort: 1 },
  ];
  const text = (port: number, what: string, other: number) =>
    `${place(port)}: ${what} port definition with ${place(other)}`;
  expect(warnings(ports)).toEqual([
    text(1, 'dangerously ambiguous', 0),
    text(2, 'dangerously ambiguous', 0),
    text(3, 'overlapping', 0),
    text(3, 'overlapping', 1),
    text(3, 'overlapping', 2),
    text(4, 'duplicate', 0),
    text(4, 'dangerously ambiguous', 1),
    text(4, 'dangerously ambiguous', 2),
    text(4, 'overlapping', 3),
  ]);
});

test('thousands of ports are looked at in no time, whether they clash or not', () => {
  const many = (port: (index: number) => Port): Port[] => Array.from({ length: 30_000 }, (_, index) => port(index));
  const start = performance.now();
  expect(warnings(many((index) => ({ ...http, containerPort: index + 1 })))).toEqual([]);
  expect(warnings(many((index) => ({ ...http, hostPort: 5, hostIP: `10.0.${index >> 8}.${index & 255}` })))).toEqual(
    [],
  );
  expect(warnings(many(() => http)).length).toBeLessThan(2000);
  // Every pair would be 450 million.
  expect(performance.now() - start).toBeLessThan(2000);
});

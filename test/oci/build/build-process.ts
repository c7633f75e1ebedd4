import { BuildFixture } from './build-room.ts';

/** Builds without end, until somebody kills it. The folder is its caller's. */
const room = new BuildFixture(process.argv[2]);
const text =
  'FROM scratch AS a\nCOPY . /src/\nRUN make\nFROM scratch\nCOPY --from=a /made /made\nWORKDIR /w\nCOPY . /w/\n';
for (let round = 0; ; round++) {
  room.write({ changing: `${round} `.repeat(50_000), same: 'same' });
  await room.build(text, {
    names: ['docker.io/library/app:latest'],
    run: () => ({ made: `${round} `.repeat(50_000) }),
  });
  if (round === 0) process.stdout.write('ready\n');
}

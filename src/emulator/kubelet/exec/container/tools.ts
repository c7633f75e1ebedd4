import type { Family } from './images.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** In busybox, and so in Alpine. */
const BUSYBOX = words(`
[ arch ash awk base64 basename cat chgrp chmod chown clear cmp cp cut date df dirname du echo egrep env expr false fgrep find free grep
groups head hexdump hostname id ip kill killall ln ls md5sum mkdir mktemp mount mv nc nice nl nohup nproc nslookup od pgrep pidof pkill
printenv printf ps pwd readlink realpath rev rm rmdir sed seq setsid sh sha1sum sha256sum sha512sum sleep sort stat stty su sync tac tail tar tee
test timeout top touch tr true truncate tty uname uniq unlink uptime vi watch wc wget which whoami xargs yes`);

/** In a slim Debian: no ps, no curl, as in life. */
const DEBIAN = words(`
[ arch awk base64 basename bash cat chgrp chmod chown clear cmp cp cut dash date df dirname du echo egrep env expr false fgrep find
getent grep groups head hostname id kill ln ls md5sum mkdir mktemp mount mv nice nl nohup nproc od pidof printenv printf pwd
readlink realpath rev rm rmdir sed seq setsid sh sha1sum sha256sum sha512sum sleep sort stat stty su sync tac tail tar tee test timeout touch tr
true truncate tty uname uniq unlink wc which whoami xargs yes`);

const NONE: readonly string[] = [];

/** Which commands an image of a family has. */
export const toolsOf: Readonly<Record<Family, readonly string[]>> = {
  busybox: BUSYBOX,
  alpine: [...BUSYBOX, 'getent'],
  debian: DEBIAN,
  ubuntu: [...DEBIAN, 'ps', 'top', 'free', 'uptime', 'pgrep', 'pkill', 'watch'],
  oracle: DEBIAN,
  distroless: NONE,
  scratch: NONE,
};

export const osRelease: Readonly<Record<Family, string | undefined>> = {
  busybox: undefined,
  alpine: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n',
  debian:
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
  ubuntu:
    'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.1 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n',
  oracle:
    'NAME="Oracle Linux Server"\nVERSION="9.5"\nID="ol"\nVERSION_ID="9.5"\nPRETTY_NAME="Oracle Linux Server 9.5"\n',
  distroless: 'PRETTY_NAME="Distroless"\nNAME="Debian GNU/Linux"\nID="debian"\nVERSION_ID="12"\n',
  scratch: undefined,
};

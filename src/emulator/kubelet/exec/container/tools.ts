import type { Family } from './images.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** In busybox, and so in Alpine. */
const BUSYBOX = words(`
[ arch ash awk base64 basename cat chgrp chmod chown clear cmp comm cp cut date dd df diff dirname du echo egrep env expand expr false fgrep find fold free grep
groups head hexdump hostname id ip kill killall ln ls md5sum mkdir mktemp mount mv nc nice nl nohup nproc nslookup od paste pgrep pidof pkill
printenv printf ps pwd readlink realpath rev rm rmdir sed seq setsid sh sha1sum sha256sum sha512sum shuf sleep sort split stat stty su sync tac tail tar tee
test timeout top touch tr true truncate tty uname uniq unlink uptime vi watch wc wget which whoami xargs yes`);

/** In a slim Debian: no ps, no curl, as in life. */
const DEBIAN = words(`
[ arch awk base64 basename bash cat chgrp chmod chown clear cmp comm cp cut dash date dd df diff dirname du echo egrep env expand expr false fgrep find
fold getent grep groups head hostname id kill ln ls md5sum mkdir mktemp mount mv nice nl nohup nproc od paste pidof printenv printf pwd
readlink realpath rev rm rmdir sed seq setsid sh sha1sum sha256sum sha512sum shuf sleep sort split stat stty su sync tac tail tar tee test timeout touch tr
true truncate tty uname uniq unlink wc which whoami xargs yes`);

const NONE: readonly string[] = [];

/** What images of nothing but a shell have besides: these may do what nobody here can, all others are not there. */
const BEYOND: ReadonlySet<string> = new Set(
  words(`
add-shell addgroup adduser adjtimex apk apt apt-cache apt-get apt-key arp arping bc beep blkid brctl bzip2 bunzip2 bzcat chroot chpasswd
chsh chvt cpio crond crontab cryptpw cttyhack dc debconf delgroup deluser depmod devmem dmesg dnsdomainname dos2unix dpkg
dpkg-deb dpkg-query ed eject ether-wake factor fallocate fbset fdisk flock fsck fstrim ftpget ftpput fuser getopt gpg gunzip
gzip halt hdparm hostid httpd hwclock ifconfig ifdown ifup inetd init inotifyd insmod install ionice iostat ipcalc ipcs join kbd_mode
last less linux32 linux64 logger login logread losetup lsmod lsof lspci lsusb lzcat lzma makedev man mdev mesg microcom mkfifo mknod
mkpasswd mkswap more mountpoint mpstat nameif nbd-client netstat nologin nsenter ntpd openvt pam_getenv passwd patch perl ping
ping6 pipe_progress pivot_root pmap poweroff powertop pscan pstree pwdx rdate readahead reboot reset resize rpm run-parts script sendmail
sethostname setfattr setlogcons setpriv shred slattach start-stop-daemon strings su-exec sum svc swapoff swapon sysctl
syslogd taskset tcpsvd telnet telnetd tftp tftpd traceroute traceroute6 tset ts tune2fs udhcpc udhcpd udpsvd umount unexpand unix2dos
unlzma unshare unxz unzip usleep uudecode uuencode vconfig vi vlock volname w wall wait-for-it who xxd xz xzcat zcat zcip`),
);

/** True for a program that an image surely does not have: it is only a shell and its tools, and this is none of them. */
export const lacks = ({ isBare }: { isBare: boolean }, name: string): boolean => isBare && !BEYOND.has(name);

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

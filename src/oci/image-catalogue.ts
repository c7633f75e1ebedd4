/** A layer of the catalogue: the instruction and its transferred size in kilobytes. */
type CatalogueLayer = readonly [instruction: string, kilobytes: number];

export interface CatalogueEntry {
  /** Built on the layers of that entry, so that images share them byte for byte. */
  base?: string;
  layers: readonly CatalogueLayer[];
  /** Layers that stay the same from tag to tag (dependencies); the rest change with every tag. */
  stableLayers?: number;
}

/** Bases by name; an image's tag chooses among them by suffix (`-alpine`, `-slim`). */
export const bases: Readonly<Record<string, CatalogueEntry>> = {
  scratch: { layers: [] },
  'alpine:3.20': { layers: [['ADD alpine-minirootfs-3.20-x86_64.tar.gz / # buildkit', 3_623]] },
  'debian:bookworm-slim': { layers: [["# debian.sh --arch 'amd64' out/ 'bookworm-slim'", 28_230]] },
  'debian:bookworm': { layers: [["# debian.sh --arch 'amd64' out/ 'bookworm'", 48_480]] },
  'buildpack-deps:bookworm': {
    base: 'debian:bookworm',
    layers: [
      ['RUN apt-get install -y --no-install-recommends ca-certificates curl gnupg sq wget', 24_020],
      ['RUN apt-get install -y --no-install-recommends git mercurial openssh-client subversion procps', 64_390],
      ['RUN apt-get install -y --no-install-recommends autoconf automake g++ gcc make patch zlib1g-dev', 211_370],
    ],
  },
  'distroless/static': {
    layers: [
      ['bazel build @debian//base-files', 104],
      ['bazel build @debian//tzdata', 522],
      ['bazel build //static:ca-certificates', 130],
    ],
  },
  'oraclelinux:9-slim': { layers: [['ADD oraclelinux-9-slim-amd64-rootfs.tar.xz / # buildkit', 47_890]] },
  'ubuntu:24.04': { layers: [['ADD file:ubuntu-noble-oci-amd64-root.tar.gz / # buildkit', 29_720]] },
  'node:22-alpine': {
    base: 'alpine:3.20',
    layers: [
      [
        'RUN addgroup -g 1000 node && adduser -u 1000 -G node -s /bin/sh -D node && apk add libstdc++ # node 22',
        51_640,
      ],
      ['RUN apk add --no-cache --virtual .build-deps-yarn curl gnupg tar # yarn 1.22', 1_260],
      ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1],
    ],
  },
  'python:3.13-slim': {
    base: 'debian:bookworm-slim',
    layers: [
      ['RUN apt-get install -y --no-install-recommends ca-certificates netbase tzdata', 3_510],
      ['RUN wget -O python.tar.xz && ./configure --enable-optimizations && make -j # python 3.13', 12_580],
    ],
  },
  'golang-runtime': {
    base: 'distroless/static',
    layers: [['COPY --from=build /etc/passwd /etc/passwd # buildkit', 1]],
  },
};

const serverOn = (base: string, ...layers: CatalogueLayer[]): CatalogueEntry => ({ base, layers });

/** Full repository → what its images look like; `:slim` and `:alpine` keys serve tags with that word. */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = {
  'docker.io/library/alpine': { base: 'alpine:3.20', layers: [] },
  'docker.io/library/busybox': { layers: [['ADD busybox.tar.xz / # buildkit', 2_156]] },
  'docker.io/library/hello-world': { layers: [['COPY hello / # buildkit', 2]] },
  'docker.io/library/debian': { base: 'debian:bookworm', layers: [] },
  'docker.io/library/debian:slim': { base: 'debian:bookworm-slim', layers: [] },
  'docker.io/library/ubuntu': { base: 'ubuntu:24.04', layers: [] },
  'docker.io/library/nginx': serverOn(
    'debian:bookworm-slim',
    ['RUN groupadd --system --gid 101 nginx && apt-get install -y nginx nginx-module-njs', 44_050],
    ['COPY docker-entrypoint.sh / # buildkit', 1],
    ['COPY 10-listen-on-ipv6-by-default.sh /docker-entrypoint.d # buildkit', 1],
    ['COPY 20-envsubst-on-templates.sh /docker-entrypoint.d # buildkit', 1],
    ['COPY 30-tune-worker-processes.sh /docker-entrypoint.d # buildkit', 2],
  ),
  'docker.io/library/nginx:alpine': serverOn(
    'alpine:3.20',
    ['RUN addgroup -g 101 -S nginx && apk add --no-cache nginx', 1_810],
    ['COPY docker-entrypoint.sh / # buildkit', 1],
    ['COPY 20-envsubst-on-templates.sh /docker-entrypoint.d # buildkit', 1],
    ['RUN apk add --no-cache nginx-module-xslt nginx-module-njs', 14_920],
  ),
  'docker.io/library/redis': serverOn(
    'debian:bookworm-slim',
    ['RUN groupadd -r -g 999 redis && useradd -r -g redis -u 999 redis', 1],
    ['RUN apt-get install -y --no-install-recommends tzdata && install gosu', 1_290],
    ['RUN wget -O redis.tar.gz && make -C /usr/src/redis -j install', 15_530],
    ['RUN mkdir /data && chown redis:redis /data', 1],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1],
  ),
  'docker.io/library/redis:alpine': serverOn(
    'alpine:3.20',
    ['RUN addgroup -S -g 1000 redis && adduser -S -G redis -u 999 redis', 1],
    ['RUN apk add --no-cache tzdata && install gosu', 1_070],
    ['RUN wget -O redis.tar.gz && make -C /usr/src/redis -j install', 12_340],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1],
  ),
  'docker.io/library/postgres': serverOn(
    'debian:bookworm-slim',
    ['RUN groupadd -r postgres --gid=999 && useradd -r -g postgres --uid=999 postgres', 2],
    ['RUN apt-get install -y --no-install-recommends gnupg less && install gosu', 5_630],
    ['RUN localedef -i en_US -c -f UTF-8 en_US.UTF-8', 8_290],
    ['RUN apt-get install -y --no-install-recommends libnss-wrapper xz-utils zstd', 1_180],
    ['RUN apt-get install -y --no-install-recommends postgresql postgresql-contrib', 107_390],
    ['RUN mkdir -p /var/run/postgresql && chmod 3777 /var/run/postgresql', 1],
    ['COPY docker-entrypoint.sh docker-ensure-initdb.sh /usr/local/bin/ # buildkit', 6],
  ),
  'docker.io/library/postgres:alpine': serverOn(
    'alpine:3.20',
    ['RUN addgroup -g 70 -S postgres && adduser -u 70 -S -D -G postgres postgres', 2],
    ['RUN wget -O postgresql.tar.bz2 && ./configure && make world-bin install', 96_210],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 5],
  ),
  'docker.io/library/mysql': serverOn(
    'oraclelinux:9-slim',
    ['RUN groupadd --system --gid 999 mysql && useradd --system --uid 999 mysql', 1],
    ['RUN microdnf install -y bzip2 gzip openssl xz zstd findutils', 6_930],
    ['RUN microdnf install -y mysql-community-server-minimal', 49_240],
    ['RUN microdnf install -y mysql-shell', 131_350],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 5],
  ),
  'docker.io/library/mariadb': serverOn(
    'ubuntu:24.04',
    ['RUN groupadd -r mysql --gid 999 && useradd -r -g mysql mysql', 2],
    ['RUN apt-get install -y mariadb-server mariadb-backup socat', 88_120],
    ['COPY docker-entrypoint.sh healthcheck.sh /usr/local/bin/ # buildkit', 9],
  ),
  'docker.io/library/mongo': serverOn(
    'ubuntu:24.04',
    ['RUN apt-get install -y --no-install-recommends ca-certificates jq numactl procps', 1_510],
    ['RUN apt-get install -y mongodb-org mongodb-org-server mongodb-org-shell', 243_680],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 5],
  ),
  'docker.io/library/httpd': serverOn(
    'debian:bookworm-slim',
    ['RUN mkdir -p /usr/local/apache2 && chown www-data:www-data /usr/local/apache2', 1],
    ['RUN apt-get install -y --no-install-recommends libaprutil1-ldap libldap-common', 4_180],
    ['RUN wget -O httpd.tar.bz2 && ./configure --enable-mods-shared=reallyall && make install', 24_870],
    ['COPY httpd-foreground /usr/local/bin/ # buildkit', 1],
  ),
  'docker.io/library/memcached': serverOn(
    'debian:bookworm-slim',
    ['RUN groupadd --system --gid 11211 memcache && apt-get install -y libsasl2-modules', 1_410],
    ['RUN wget -O memcached.tar.gz && ./configure --enable-sasl --enable-tls && make install', 1_950],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1],
  ),
  'docker.io/library/rabbitmq': serverOn(
    'ubuntu:24.04',
    ['COPY --from=erlang-builder /opt/erlang /opt/erlang # buildkit', 31_260],
    ['COPY --from=openssl-builder /opt/openssl /opt/openssl # buildkit', 9_870],
    ['RUN gosu rabbitmq rabbitmqctl help && mkdir -p /var/lib/rabbitmq # rabbitmq', 21_350],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1],
    ['RUN rabbitmq-plugins enable --offline rabbitmq_prometheus', 1],
  ),
  'docker.io/library/node': serverOn(
    'buildpack-deps:bookworm',
    ['RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node node', 4],
    ['RUN curl -fsSLO node.tar.xz && tar -xJf node.tar.xz -C /usr/local --strip-components=1', 57_450],
    ['RUN curl -fsSLO yarn.tar.gz && tar -xzf yarn.tar.gz -C /opt/', 1_250],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1],
  ),
  'docker.io/library/node:alpine': { base: 'node:22-alpine', layers: [] },
  'docker.io/library/node:slim': serverOn(
    'debian:bookworm-slim',
    ['RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node node', 4],
    ['RUN curl -fsSLO node.tar.xz && tar -xJf node.tar.xz -C /usr/local --strip-components=1', 49_710],
    ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1],
  ),
  'docker.io/library/python': serverOn(
    'buildpack-deps:bookworm',
    ['RUN apt-get install -y --no-install-recommends libbluetooth-dev tk-dev uuid-dev', 6_160],
    ['RUN wget -O python.tar.xz && ./configure --enable-optimizations && make -j # python', 27_030],
    ['RUN for src in idle3 pip3 pydoc3 python3 python3-config; do ln -s; done', 1],
  ),
  'docker.io/library/python:slim': { base: 'python:3.13-slim', layers: [] },
  'docker.io/library/golang': serverOn(
    'buildpack-deps:bookworm',
    ['COPY /target/ / # golang', 78_920],
    ['RUN mkdir -p "$GOPATH/src" "$GOPATH/bin" && chmod -R 1777 "$GOPATH"', 1],
  ),
  'docker.io/library/perl': serverOn(
    'buildpack-deps:bookworm',
    ['RUN curl -fL perl.tar.xz && ./Configure -des && make -j && make install', 14_760],
    ['WORKDIR /usr/src/app', 1],
  ),
  'registry.k8s.io/pause': { layers: [['COPY bin/pause-linux-amd64 /pause # buildkit', 314]] },
  'registry.k8s.io/coredns/coredns': serverOn('distroless/static', ['ADD coredns /coredns # buildkit', 17_860]),
  'registry.k8s.io/kube-proxy': serverOn(
    'distroless/static',
    ['COPY /staging / # iptables, nft, kmod', 13_240],
    ['COPY kube-proxy /usr/local/bin/kube-proxy # buildkit', 17_180],
  ),
  'registry.k8s.io/metrics-server/metrics-server': serverOn('distroless/static', [
    'COPY metrics-server / # buildkit',
    18_740,
  ]),
  'registry.k8s.io/e2e-test-images/agnhost': serverOn(
    'alpine:3.20',
    ['RUN apk --update add bind-tools curl iperf iproute2 tcpdump', 26_120],
    ['ADD agnhost agnhost # buildkit', 18_260],
  ),
  'docker.io/rancher/local-path-provisioner': serverOn('alpine:3.20', [
    'COPY local-path-provisioner /usr/bin/',
    13_960,
  ]),
  'docker.io/curlimages/curl': serverOn(
    'alpine:3.20',
    ['COPY --from=builder /usr/local/bin/curl /usr/bin/curl # buildkit', 4_510],
    ['COPY entrypoint.sh /entrypoint.sh # buildkit', 1],
  ),
};

/** Repositories under `shop/`: the demo's own services, by their last word; any other one is a Node.js service. */
export const shopServices: Readonly<Record<string, CatalogueEntry>> = {
  api: {
    base: 'python:3.13-slim',
    stableLayers: 2,
    layers: [
      ['COPY requirements.txt /app/ # buildkit', 1],
      ['RUN pip install --no-cache-dir -r /app/requirements.txt', 31_870],
      ['COPY src/ /app/src/ # buildkit', 640],
    ],
  },
  worker: {
    base: 'golang-runtime',
    layers: [['COPY --from=build /out/worker /worker # buildkit', 21_480]],
  },
  web: {
    base: 'node:22-alpine',
    stableLayers: 2,
    layers: [
      ['COPY package.json package-lock.json /app/ # buildkit', 94],
      ['RUN npm ci --omit=dev', 38_210],
      ['COPY dist/ /app/dist/ # buildkit', 4_730],
    ],
  },
};

/** What an image looks like that nothing is known about: a service on Debian with its dependencies. */
export const genericService: CatalogueEntry = {
  base: 'debian:bookworm-slim',
  stableLayers: 1,
  layers: [
    ['RUN apt-get install -y --no-install-recommends ca-certificates', 9_300],
    ['COPY . /app # buildkit', 18_400],
    ['COPY entrypoint.sh /entrypoint.sh # buildkit', 1],
  ],
};

#!/bin/sh
# Builds the image and runs it in its three ways: server, agent's page, agent's commands. Ends with 1 when one is not as
# promised. By hand, as root on Debian, from the project's folder:
#   apt-get install buildah podman crun iptables debootstrap oathtool curl
#   sh deploy/try-image.sh
# It wants neither an engine nor a registry of images: the base image is made by debootstrap and the pinned Node.js.
# Everything is kept in one folder, and in a mount namespace of its own (podman wants cgroup version 2 there).
set -eu
if [ "${1:-}" != inside ]; then exec unshare --mount sh "$0" inside; fi

project=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d /var/tmp/watchword-image-XXXXXX)
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
mount --make-rprivate /
umount --recursive --lazy /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup

printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/images"\nrunroot = "%s/run"\n' "$work" "$work" >"$work/storage.conf"
cat >"$work/containers.conf" <<CONF
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
CONF
export CONTAINERS_STORAGE_CONF="$work/storage.conf" CONTAINERS_CONF="$work/containers.conf"
# podman looks for systemd to repeat the health check; here it is asked by hand.
quietly() { "$@" 2>>"$work/log"; }
finish() {
  quietly podman rm --all --force >/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
failed=0
expect() {
  if [ "$2" = "$3" ]; then echo "ok      $1: $3"; else
    echo "FAILED  $1: $3 instead of $2"
    failed=1
  fi
}

echo 'base image…'
debootstrap --variant=minbase --include=ca-certificates "$release" "$work/base" >"$work/log"
mkdir -p "$work/base/usr/local/lib/node_modules"
cp -L "$project/node_modules/node/bin/node" "$work/base/usr/local/bin/node"
cp -RL "$(npm root --global)/npm" "$work/base/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/base/usr/local/bin/npm"
cp -L /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/ca-certificates.crt"
echo 'cafile=/etc/ssl/certs/ca-certificates.crt' >"$work/base/root/.npmrc"
tar -C "$work/base" -c . | quietly podman import - localhost/node:24-trixie-slim >/dev/null

echo 'image…'
buildah bud --format docker --pull-never --isolation chroot --network host --file "$project/deploy/Dockerfile" \
  --tag watchword:try "$project" >>"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }

strict='--read-only --cap-drop all --security-opt no-new-privileges --tmpfs /tmp:mode=1777'
quietly podman run --detach --name server $strict --publish 127.0.0.1:18000:8000 \
  --env WATCHWORD_ROOT_KEY_FILE=/opt/go-tiny-mfa/secrets/watchword.key --env WATCHWORD_ALLOW_PLAIN_HTTP=true \
  --volume data:/data --volume key:/opt/go-tiny-mfa/secrets watchword:try >/dev/null
status() { curl --silent --output "$work/page" --write-out '%{http_code}' --location --cookie-jar "$work/jar" "$@" || true; }
tries=0
until [ "$(status http://127.0.0.1:18000/readyz)" = 200 ] || [ "$tries" = 50 ]; do tries=$((tries + 1)) && sleep 0.2; done
expect 'the server is ready' 200 "$(status http://127.0.0.1:18000/readyz)"
expect 'the health check says so' 0 "$(quietly podman healthcheck run server >/dev/null && echo 0 || echo 1)"
expect 'a command beside it' 0 "$(quietly podman exec server watchword audit verify >/dev/null && echo 0 || echo 1)"
expect 'its user' 57687 "$(quietly podman exec server id -u)"
expect 'its capabilities' 0000000000000000 "$(quietly podman exec server awk '/CapEff/ {print $2}' /proc/1/status)"
expect 'its root file system can be written' no "$(quietly podman exec server touch /app/x && echo yes || echo no)"
expect 'the address it is published on' 127.0.0.1:18000 "$(quietly podman port server 8000)"
quietly podman stop --time 20 server >/dev/null
expect 'it ends in order' 0 "$(quietly podman inspect server --format '{{.State.ExitCode}}')"

echo 'agent…'
mkdir -m 700 "$work/gnupg" "$work/store" "$work/config"
GNUPGHOME="$work/gnupg" gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-generate-key try@local default default never 2>>"$work/log"
gpgconf --homedir "$work/gnupg" --kill all
chmod 755 "$work"
chown -R 1000:1000 "$work/gnupg" "$work/store" "$work/config"
# What compose/agent.yaml says, without compose.
agent="$strict --user 1000:1000 --workdir /home/agent --tmpfs /run/agent:mode=1777 --env HOME=/home/agent
  --env GNUPGHOME=/home/agent/.gnupg --env XDG_RUNTIME_DIR=/run/agent --env WATCHWORD_DATA_DIR=/home/agent
  --volume $work/gnupg:/home/agent/.gnupg --volume $work/store:/home/agent/.local/share/watchword
  --volume $work/config:/home/agent/.config/watchword"
secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
quietly podman run --rm $agent watchword:try agent init
echo "$secret" | quietly podman run --rm --interactive $agent watchword:try add github --secret -
expect 'run --rm agent list' github "$(quietly podman run --rm $agent watchword:try list)"
before=$(oathtool -b --totp "$secret")
shown=$(quietly podman run --rm $agent watchword:try get github)
[ "$shown" = "$before" ] || before=$(oathtool -b --totp "$secret")
expect 'run --rm agent get, as oathtool' "$before" "$shown"
quietly podman run --detach --name page $agent --publish 127.0.0.1:8765:8765 watchword:try \
  agent web --host 0.0.0.0 --port 8765 >/dev/null
sleep 2
link=$(quietly podman logs page | grep -o 'http://[^ ]*')
expect "the agent's page, by its link" 200 "$(status "$link")"
expect 'by its link again' 403 "$(rm -f "$work/jar" && status "$link")"
expect 'the address it is published on' 127.0.0.1:8765 "$(quietly podman port page 8765)"
quietly podman stop --time 20 page >/dev/null
expect 'it ends in order' 0 "$(quietly podman inspect page --format '{{.State.ExitCode}}')"
exit "$failed"

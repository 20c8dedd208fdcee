// Installs the programs tests talk to, on Debian as root; elsewhere their suites are skipped by name.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const packages = {
  nginx: 'nginx-light',
  caddy: 'caddy',
  haproxy: 'haproxy',
  apache2: 'apache2',
  chromium: 'chromium',
  gpg: 'gnupg',
  pass: 'pass',
  oathtool: 'oathtool',
  aws: 'awscli',
  xmlsec1: 'xmlsec1',
  tmux: 'tmux',
  strace: 'strace',
  sqlite3: 'sqlite3',
  curl: 'curl',
  'docker-compose': 'docker-compose',
  zsh: 'zsh',
  fish: 'fish',
  Xvfb: 'xvfb',
  xclip: 'xclip',
}

const folders = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin']
const missing = Object.entries(packages).filter(
  ([program]) => !folders.some((folder) => existsSync(`${folder}/${program}`)),
)
// HAProxy's and Apache's scripts speak HTTP through lua-socket, which is no program of its own.
if (!existsSync('/usr/share/lua/5.3/socket.lua')) missing.push(['lua-socket', 'lua-socket'])

if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
  const names = missing.map(([, name]) => name)
  console.error(`watchword: installing ${names.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 2], env })
  // One by one: a package that cannot be had must not keep the others away.
  for (const name of names) {
    const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], {
      stdio: 'ignore',
      env,
    })
    if (status !== 0) console.error(`watchword: ${name} cannot be installed; its suites will be skipped`)
  }
}

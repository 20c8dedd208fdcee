import { printConfig, proxies } from '../../src/server/gate/proxy-config/print.ts'

const options = {
  hosts: ['app.example.com'],
  gate: '127.0.0.1:8000',
  app: '127.0.0.1:8888',
  listen: '80',
  cookieName: 'watchword',
}
const endings: Readonly<Record<string, string>> = {
  haproxy: 'cfg',
  traefik: 'yml',
  envoy: 'yml',
  'ingress-nginx': 'yml',
}

/** The files of deploy/proxies by name, as the program prints them now. */
export function proxyExamples(): Record<string, string> {
  const named = proxies.flatMap((proxy) =>
    printConfig(proxy, options).map(({ path, content }) => [
      `${proxy}.${path.endsWith('.lua') ? 'lua' : (endings[proxy] ?? 'conf')}`,
      content,
    ]),
  )
  return Object.fromEntries(named) as Record<string, string>
}

import { printConfig, proxies } from '../../src/server/gate/proxy-config/print.ts'

const options = {
  hosts: ['app.example.com'],
  gate: '127.0.0.1:8000',
  app: '127.0.0.1:8888',
  listen: '80',
  cookieName: 'watchword',
}
/** An Ingress names services of its cluster. */
const inCluster = { gate: 'watchword.default.svc.cluster.local:8000', app: 'app.default.svc.cluster.local:8888' }
const endings: Readonly<Record<string, string>> = {
  haproxy: 'cfg',
  traefik: 'yml',
  envoy: 'yml',
  'ingress-nginx': 'yml',
}

/** The files of deploy/proxies by name, as the program prints them now. */
export function proxyExamples(): Record<string, string> {
  const named = proxies.flatMap((proxy) =>
    printConfig(proxy, proxy === 'ingress-nginx' ? { ...options, ...inCluster } : options).map(({ path, content }) => [
      `${proxy}.${path.endsWith('.lua') ? 'lua' : (endings[proxy] ?? 'conf')}`,
      content,
    ]),
  )
  return Object.fromEntries(named) as Record<string, string>
}

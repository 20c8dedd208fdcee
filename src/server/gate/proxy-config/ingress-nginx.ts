import { stringify } from 'yaml'
import { identityNames } from './headers.ts'
import type { ProxySite } from './options.ts'

const annotation = (name: string) => `nginx.ingress.kubernetes.io/${name}`

/**
 * Two Ingresses for ingress-nginx: the guarded app, and the login pages, which nobody may be asked about.
 *
 * @param gate - `host:port`, for an Ingress asks over no socket
 */
export function ingressNginxConfig({ hosts, name, app }: ProxySite, gate: string): string {
  const resource = name.replaceAll('_', '-')
  const guard = {
    [annotation('auth-url')]: `http://${gate}/check/nginx`,
    // Each host's own login: the cookie of another host's would never come back to this one.
    [annotation('auth-signin')]: 'https://$host/auth/login',
    [annotation('auth-signin-redirect-param')]: 'rd',
    // The check hands back what was meant for the app; a token that was meant for the gate ends here.
    [annotation('auth-response-headers')]: [...identityNames, 'Authorization'].join(','),
    // Credentials of an app may be long, and the check's answer with them.
    [annotation('proxy-buffer-size')]: '16k',
  }
  return [
    ingress(resource, guard, hosts, '/', service(app, 'app')),
    ingress(`${resource}-login`, {}, hosts, '/auth/', service(gate, 'watchword')),
  ]
    .map((resource_) => stringify(resource_))
    .join('---\n')
}

interface Service {
  readonly name: string
  readonly port: { readonly number: number }
}

function ingress(
  name: string,
  annotations: Readonly<Record<string, string>>,
  hosts: readonly string[],
  path: string,
  to: Service,
): object {
  const paths = [{ path, pathType: 'Prefix', backend: { service: to } }]
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations },
    spec: { ingressClassName: 'nginx', rules: hosts.map((host) => ({ host, http: { paths } })) },
  }
}

// An Ingress names services of its own namespace: of service.namespace.svc the first part; an address has no name.
function service(address: string, otherwise: string): Service {
  const at = address.lastIndexOf(':')
  const [first = ''] = address.slice(0, at).split('.')
  const isName = /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(first) && first !== 'localhost'
  return { name: isName ? first : otherwise, port: { number: Number(address.slice(at + 1)) } }
}

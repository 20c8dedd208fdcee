import type { IncomingHttpHeaders } from 'node:http'
import type { HeaderList } from './check-answer.ts'
import type { ProxyFamily } from './proxy-family.ts'

/**
 * The visitor's own `Authorization`, beside a pass that no gate token opened.
 *
 * Traefik and ingress-nginx cannot take a header away because of a check's answer; they can only put the check's in
 * place of the visitor's. So both are told to do that with `Authorization`: a gate token ends at the proxy, for nothing
 * is handed back, and what was meant for the app goes on to it. nginx itself needs none of this, and would refuse an
 * answer of more than 4 kB.
 */
export function handedBack(family: ProxyFamily, authorization: string, headers: IncomingHttpHeaders): HeaderList {
  const isIngress = family === 'nginx' && headers['x-sent-from'] !== undefined
  return family === 'forward' || isIngress ? ['Authorization', authorization] : []
}

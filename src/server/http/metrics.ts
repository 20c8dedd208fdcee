import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What is counted. Labels are words of ours, never names of people, realms or accounts. */
export interface Metrics {
  readonly registry: Registry
  readonly requests: Histogram<'route' | 'status'>
  readonly verdicts: Counter<'door' | 'outcome'>
  readonly reveals: Counter<'outcome'>
  readonly gateChecks: Counter<'verdict'>
  readonly logins: Counter<'outcome'>
  readonly sessions: Gauge<'kind'>
  readonly outbox: Gauge<'state'>
}

/** A registry of its own for each server, so that several in one process do not mix. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'watchword_' })
  const registers = [registry]
  return {
    registry,
    requests: new Histogram({
      name: 'watchword_http_request_seconds',
      help: 'Time to answer, by route of the contract and status',
      labelNames: ['route', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
      registers,
    }),
    verdicts: new Counter({
      name: 'watchword_verdicts_total',
      help: 'Codes judged',
      labelNames: ['door', 'outcome'],
      registers,
    }),
    reveals: new Counter({
      name: 'watchword_reveals_total',
      help: 'Codes handed out',
      labelNames: ['outcome'],
      registers,
    }),
    gateChecks: new Counter({
      name: 'watchword_gate_checks_total',
      help: 'Gate checks',
      labelNames: ['verdict'],
      registers,
    }),
    logins: new Counter({ name: 'watchword_logins_total', help: 'Logins', labelNames: ['outcome'], registers }),
    sessions: new Gauge({ name: 'watchword_sessions', help: 'Live sessions', labelNames: ['kind'], registers }),
    outbox: new Gauge({ name: 'watchword_outbox', help: 'Notices by state', labelNames: ['state'], registers }),
  }
}

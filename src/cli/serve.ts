import { buildCommand } from '@stricli/core'
import type { ConfigFlags } from '../server/config.ts'
import type { CliContext } from './context.ts'
import { storeFlags } from './server-options.ts'

const text = (value: string) => value

/** `watchword serve`: runs the server until it is told to stop. */
export const serveCommand = buildCommand<ConfigFlags, [], CliContext>({
  loader: async () => (await import('./serve-run.ts')).serve,
  parameters: {
    flags: {
      ...storeFlags,
      host: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'Address to listen on (WATCHWORD_HOST, 127.0.0.1)',
        placeholder: 'H',
      },
      port: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'Port to listen on (WATCHWORD_PORT, 8000)',
        placeholder: 'P',
      },
      tlsCert: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'Certificate file (WATCHWORD_TLS_CERT)',
        placeholder: 'FILE',
      },
      tlsKey: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'Key file of the certificate (WATCHWORD_TLS_KEY)',
        placeholder: 'FILE',
      },
      allowPlainHttp: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Let cookies travel over plain HTTP beyond this machine',
      },
    },
  },
  docs: {
    brief: 'Run the server',
    fullDescription: [
      'Serves console, API, doors and gate. Without a database address it keeps everything in the data directory.',
      'The first start prints a link that makes the first administrator.',
      '',
      'Examples:',
      '  watchword serve',
      '  watchword serve --data-dir /var/lib/watchword --host 0.0.0.0 --port 8443 --tls-cert c.pem --tls-key k.pem',
      '  WATCHWORD_DATABASE_URL=postgres://watchword@db/watchword watchword serve',
    ].join('\n'),
  },
})

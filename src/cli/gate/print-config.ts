import { buildCommand } from '@stricli/core'
import { Failure } from '../../errors/failure.ts'
import type { ProxyConfigOptions } from '../../server/gate/proxy-config/options.ts'
import { proxies, type Proxy, printConfig } from '../../server/gate/proxy-config/print.ts'
import { parseRules, type RuleSet } from '../../server/gate/rules-file.ts'
import type { CliContext } from '../context.ts'
import { readTextFile } from './read-file.ts'

interface PrintFlags {
  readonly host?: readonly string[]
  readonly gate: string
  readonly app: string
  readonly listen: string
  readonly cookieName: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly json: boolean
}

const text = (value: string) => value

function proxyNamed(name: string): Proxy {
  const proxy = proxies.find((known) => known === name)
  if (proxy === undefined) throw new SyntaxError(`the proxy is one of ${proxies.join(', ')}`)
  return proxy
}

/** `watchword gate print-config PROXY`: the configuration the tests run, for your hosts and ports. */
export const printConfigCommand = buildCommand<PrintFlags, [Proxy, string?], CliContext>({
  func: print,
  parameters: {
    flags: {
      host: {
        kind: 'parsed',
        parse: text,
        variadic: true,
        optional: true,
        brief: 'Host the proxy answers for; may stand several times',
        placeholder: 'HOST',
      },
      gate: {
        kind: 'parsed',
        parse: text,
        default: '127.0.0.1:8000',
        brief: 'Where Watchword listens, or unix: and the path of its socket',
        placeholder: 'HOST:PORT',
      },
      app: {
        kind: 'parsed',
        parse: text,
        default: '127.0.0.1:8888',
        brief: 'Where the app listens',
        placeholder: 'HOST:PORT',
      },
      listen: {
        kind: 'parsed',
        parse: text,
        default: '80',
        brief: 'What the proxy listens on; 443 is HTTPS',
        placeholder: '[ADDRESS:]PORT',
      },
      tlsCert: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: "Its certificate; certbot's where none is named",
        placeholder: 'FILE',
      },
      tlsKey: { kind: 'parsed', parse: text, optional: true, brief: 'The key to it', placeholder: 'FILE' },
      cookieName: {
        kind: 'parsed',
        parse: text,
        default: 'watchword',
        brief: 'Name of the gate cookie',
        placeholder: 'NAME',
      },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'Answer as JSON' },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: proxies.join(', '), parse: proxyNamed, placeholder: 'PROXY' },
        { brief: 'Rules file, for its hosts', parse: text, optional: true, placeholder: 'RULES' },
      ],
    },
  },
  docs: {
    brief: 'Print the configuration of a proxy',
    fullDescription: [
      'Prints what the tests run on nginx, Caddy, HAProxy and Apache. Where a proxy needs two files, each begins',
      'with a line that names its place.',
      '',
      'Examples:',
      '  watchword gate print-config nginx --host app.example.com > /etc/nginx/conf.d/watchword.conf',
      '  watchword gate print-config caddy rules.yml',
    ].join('\n'),
  },
})

const exampleHost = 'app.example.com'

function print(this: CliContext, flags: PrintFlags, proxy: Proxy, rulesFile?: string): void {
  const { gate, app, listen, cookieName } = flags
  const rules = rulesFile === undefined ? null : parseRules(readTextFile(rulesFile))
  const named = [...(flags.host ?? []), ...hostsOf(rules)]
  const hosts = named.length === 0 ? [exampleHost] : named
  const files = printConfig(proxy, { hosts, gate, app, listen, cookieName, ...certificateOf(flags) })
  if (named.length === 0)
    this.say(
      `No host is named, so this is for ${exampleHost} alone. Name yours with --host, or a rules file with hosts.`,
    )
  if (flags.json) return this.printJson({ files })
  for (const { path, content } of files) {
    if (files.length > 1) this.print(`# ==> ${path}`)
    this.print(content.trimEnd())
  }
}

// A portal is a host like the others: its login is what the proxy has to reach there.
function hostsOf(rules: RuleSet | null): readonly string[] {
  if (rules === null) return []
  const portals = rules.domains.map(({ portalUrl }) => new URL(portalUrl).hostname)
  return [...rules.rules.flatMap(({ hosts }) => hosts), ...portals]
}

function certificateOf({ tlsCert, tlsKey }: PrintFlags): Pick<ProxyConfigOptions, 'tls'> {
  if (tlsCert === undefined && tlsKey === undefined) return {}
  if (tlsCert === undefined || tlsKey === undefined) throw new Failure('gate_print_half_certificate')
  return { tls: { certificate: tlsCert, key: tlsKey } }
}

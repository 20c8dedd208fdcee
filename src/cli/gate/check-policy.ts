import { isIP } from 'node:net'
import { buildCommand } from '@stricli/core'
import { Failure } from '../../errors/failure.ts'
import { judgeVisit } from '../../server/gate/judgement.ts'
import type { Rule } from '../../server/gate/rules.ts'
import { parseRules } from '../../server/gate/rules-file.ts'
import { parseVisitUrl } from '../../server/gate/visit.ts'
import { plainAddress } from '../../server/http/address.ts'
import { adminFlags } from '../admin/connection.ts'
import type { CliContext } from '../context.ts'
import { policyVisitor, type VisitorFlags } from './policy-visitor.ts'
import { readTextFile } from './read-file.ts'

interface PolicyFlags extends VisitorFlags {
  readonly rules?: string
  readonly method: string
  readonly address: string
}

const text = (value: string) => value

/** `watchword gate check-policy URL --as USER`: which rule decides, and why. */
export const checkPolicyCommand = buildCommand<PolicyFlags, [string], CliContext>({
  func: checkPolicy,
  parameters: {
    flags: {
      ...adminFlags,
      as: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'User name of the visitor; nobody without it',
        placeholder: 'USER',
      },
      group: {
        kind: 'parsed',
        parse: text,
        variadic: true,
        optional: true,
        brief: 'A group of the visitor, beside those that are looked up; may stand several times',
        placeholder: 'GROUP',
      },
      rules: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'Rules file (WATCHWORD_GATE_RULES)',
        placeholder: 'FILE',
      },
      method: { kind: 'parsed', parse: text, default: 'GET', brief: 'Method of the visit', placeholder: 'METHOD' },
      address: {
        kind: 'parsed',
        parse: text,
        default: '192.0.2.1',
        brief: 'Address of the visitor',
        placeholder: 'IP',
      },
      oneFactor: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'The visitor has shown one factor only',
      },
    },
    positional: { kind: 'tuple', parameters: [{ brief: 'Address that is visited', parse: text, placeholder: 'URL' }] },
  },
  docs: {
    brief: 'Say which rule decides about a visit',
    fullDescription:
      'Judges every reading of the path, as the gate does.\n\nExample:\n  watchword gate check-policy https://app.example.com/admin --as alice --group ops',
  },
})

const sentences = {
  allow: 'passes',
  login: 'is sent to the login',
  step_up: 'is asked for a fresh or second proof',
  forbidden: 'is refused (403)',
}

async function checkPolicy(this: CliContext, flags: PolicyFlags, url: string): Promise<void> {
  const file = flags.rules ?? this.env['WATCHWORD_GATE_RULES']
  const rules = file === undefined ? null : parseRules(readTextFile(file)).rules
  if (parseVisitUrl('GET', url) === null) throw new Failure('gate_url_unreadable')
  const visit = parseVisitUrl(flags.method, url)
  if (visit === null) throw new Failure('gate_method_unreadable', { detail: { method: flags.method } })
  const address = plainAddress(flags.address)
  if (isIP(address) === 0) throw new Failure('gate_address_unreadable', { detail: { address: flags.address } })
  const { pass, assumed } = await policyVisitor(this, flags)
  const { outcome, rule, sameSiteSockets } = judgeVisit(rules, visit, pass, address, this.now())
  const why =
    rule === null
      ? rules === null
        ? 'no rules file is named (--rules, WATCHWORD_GATE_RULES), and without one every signed-in person passes'
        : 'no rule matches: the default is deny'
      : `${ruleNamed(rule)} says ${rule.verdict}`
  if (flags.json)
    return this.printJson({
      outcome,
      rule: rule?.number ?? null,
      name: rule?.name ?? null,
      verdict: rule?.verdict ?? null,
      readings: visit.readings,
      groups: pass?.groups ?? [],
      assumed,
    })
  this.print(`${pass?.username ?? flags.as ?? 'A stranger'} ${sentences[outcome]}: ${why}.`)
  if (assumed !== null) this.say(assumed)
  if (visit.readings.every((path) => path.startsWith('/auth/')))
    this.say('Below /auth/ are the pages of the gate itself; the printed configurations never ask about them.')
  if (sameSiteSockets) this.say('Websockets are opened from pages of the same site alone.')
  if (visit.readings.length > 1)
    this.say(`The path has ${visit.readings.length} readings; the strictest counted: ${visit.readings.join('  ')}`)
}

// A rule without a name of its own is called by its number.
function ruleNamed({ number, name }: Pick<Rule, 'number' | 'name'>): string {
  return name === `rule ${number}` ? name : `rule ${number} (${name})`
}

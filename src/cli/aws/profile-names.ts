import { hash } from 'node:crypto'
import { parseRoleArn } from '../../aws/role-arn.ts'

/** How profiles are named. */
export interface NamingRule {
  /** `{account}` the alias or id, `{id}` the account id, `{role}` path and name, `{name}` the name alone. */
  readonly template: string
  /** Account ids and the names to show for them. */
  readonly aliases: Readonly<Record<string, string>>
}

/** The template of a configuration that names none: the names that the old program gave. */
export const defaultTemplate = 'okta-{account}-{role}'

/** The name of one role's profile, before collisions are told apart. */
function plainProfileName(roleArn: string, rule: NamingRule): string {
  const { accountId, path, name } = parseRoleArn(roleArn)
  const account = (rule.aliases[accountId] ?? accountId).toLowerCase()
  const parts: Record<string, string> = { account, id: accountId, role: `${path.slice(1)}${name}`, name }
  return rule.template
    .replace(/\{(\w+)\}/g, (_whole, key: string) => worded(parts[key] ?? ''))
    .replace(/[^\w.@+/-]+/g, '-')
}

/**
 * One name for every role.
 *
 * Different roles may come out alike (`a-b`, `a_b`, `a/b`). The name goes to the role that has it already, else to the
 * one that is really called so, else to the first; the others carry six digits of their ARN's hash. So names never
 * change when another role appears.
 *
 * @param owners - which role has which name now
 * @param taken - names that are somebody else's
 */
export function profileNames(
  roleArns: readonly string[],
  rule: NamingRule,
  owners: ReadonlyMap<string, string>,
  taken: ReadonlySet<string>,
): Map<string, string> {
  const names = new Map<string, string>()
  for (const [plain, arns] of Map.groupBy(roleArns.toSorted(), (arn) => plainProfileName(arn, rule))) {
    const owner = owners.get(plain)
    const first = arns.find((arn) => arn === owner) ?? arns.find((arn) => isExact(arn, plain)) ?? arns[0]
    for (const arn of arns) names.set(arn, arn === first && !taken.has(plain) ? plain : `${plain}-${digits(arn)}`)
  }
  return names
}

function isExact(roleArn: string, plain: string): boolean {
  return plain.endsWith(`-${parseRoleArn(roleArn).name}`) && parseRoleArn(roleArn).path === '/'
}

function worded(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, '-')
}

function digits(roleArn: string): string {
  return hash('sha256', roleArn, 'hex').slice(0, 6)
}

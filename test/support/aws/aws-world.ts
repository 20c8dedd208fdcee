import { newAwsAccounts, type AwsAccounts } from './aws-accounts.ts'
import type { RunningDouble } from './double-server.ts'
import { startIamDouble } from './iam-double.ts'
import { startOktaDouble, type OktaDouble } from './okta-double.ts'
import { totpFactor } from './okta-org.ts'
import { startSignInDouble } from './sign-in-double.ts'
import { startStsDouble } from './sts-double.ts'

/** Okta, STS, IAM and the sign-in host, with one user who has some roles. */
export interface AwsWorld {
  readonly okta: OktaDouble
  readonly sts: RunningDouble
  readonly iam: RunningDouble
  readonly signIn: RunningDouble
  readonly accounts: AwsAccounts
  readonly ssoUrl: string
  readonly userName: string
  readonly password: string
  readonly secretBase32: string
  /** The environment that points the helper at the doubles. */
  readonly env: Readonly<Record<string, string>>
  /** Gives the user exactly these roles from now on. */
  offer(roleArns: readonly string[], maxSessionSeconds?: number): void
  stop(): Promise<void>
}

/** A role's ARN in the first account of the world. */
export function roleArn(name: string, accountId = '123456789012', partition = 'aws'): string {
  return `arn:${partition}:iam::${accountId}:role/${name}`
}

/** Starts a world whose user is offered these roles. */
export async function startAwsWorld(roleArns: readonly string[] = [roleArn('Admin')]): Promise<AwsWorld> {
  const accounts = newAwsAccounts()
  const okta = await startOktaDouble()
  const [sts, iam, signIn] = await Promise.all([
    startStsDouble(accounts),
    startIamDouble(accounts),
    startSignInDouble(accounts),
  ])
  accounts.recipient = `${signIn.origin}/saml`
  const path = '/app/amazon_aws/exkDouble/sso/saml'
  const who = {
    userName: 'mara@example.com',
    password: 'correct horse battery',
    secretBase32: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  }
  okta.org.users.push({
    login: who.userName,
    password: who.password,
    factors: [totpFactor(who.secretBase32)],
    state: 'active',
    failures: 0,
  })
  okta.org.apps.push({
    path,
    appId: '0oaAwsDouble00000001',
    stepUp: false,
    content: {
      roles: [],
      recipient: accounts.recipient,
      audience: accounts.audience,
      sessionName: who.userName,
      order: 'role,provider',
      prefix: 'saml2',
    },
  })
  const offer = (arns: readonly string[], maxSessionSeconds = 43_200) => {
    const pairs = arns.map((arn) => [arn, providerOf(arn)] as const)
    for (const [arn, provider] of pairs) {
      accounts.providers.set(provider, okta.org.issuer)
      accounts.maxSessionSeconds.set(arn, maxSessionSeconds)
    }
    for (const app of okta.org.apps) app.content = { ...app.content, roles: pairs }
  }
  offer(roleArns)
  return {
    okta,
    sts,
    iam,
    signIn,
    accounts,
    offer,
    ...who,
    ssoUrl: `${okta.origin}${path}`,
    env: { AWS_ENDPOINT_URL_STS: sts.origin, AWS_ENDPOINT_URL_IAM: iam.origin, AWS_ENDPOINT_URL_SIGNIN: signIn.origin },
    stop: async () => {
      await Promise.all([okta, sts, iam, signIn].map((running) => running.stop()))
    },
  }
}

function providerOf(arn: string): string {
  const [, partition = 'aws', accountId = ''] = /^arn:([^:]+):iam::(\d+):/.exec(arn) ?? []
  return `arn:${partition}:iam::${accountId}:saml-provider/Okta`
}

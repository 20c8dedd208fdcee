import type { Account } from '../../api/accounts.ts'
import type { CodeRequest, IssuedCode } from '../../aws/okta-authn.ts'
import { Failure } from '../../errors/failure.ts'
import type { OtpAccount } from '../../otp/account.ts'
import { totp } from '../../otp/totp.ts'
import type { CliContext } from '../context.ts'
import { ensureStore } from '../agent/ensure-store.ts'
import { isTeamName, teamClient, withoutTeamPrefix } from '../agent/remote/team-client.ts'
import { nameOf, withName } from '../agent/store/lines.ts'
import { claimStep, reserveStep } from '../agent/store/reserve-step.ts'
import { readSealedValue, writeSealedValue } from '../agent/store/sealed-values.ts'
import { openStore, type AgentStore } from '../agent/store/store.ts'

/** Where passwords and codes come from. The sign-in sees codes, never the secret behind them. */
export interface SecretSource {
  /**
   * The password of the first of these configurations that has one.
   *
   * @throws {@link Failure} `aws_password_missing`
   */
  password(configs: readonly string[]): Promise<string>
  /**
   * A code of an account whose step nobody else on this computer gets; waits until that step has begun.
   *
   * @throws {@link Failure} `aws_secret_missing`
   */
  code(accountName: string, request: CodeRequest): Promise<IssuedCode>
  storePassword(config: string, password: string): Promise<void>
  /** Stores an account under a name, replacing one of that name. */
  storeAccount(accountName: string, account: OtpAccount): Promise<void>
  removeAccount(accountName: string): Promise<void>
  /** Notes that the codes up to this step were used elsewhere. */
  spendUpTo(accountName: string, step: number): Promise<void>
}

/** The clock that codes are made by. */
export interface CodeClock {
  readonly nowMs: () => number
  readonly sleep: (durationMs: number) => Promise<void>
  /** Tells a person that there is something to wait for. */
  readonly tell?: (text: string) => void
}

// So near its end a code would be late at the other side.
const tooLateMs = 2_000
// A shorter wait needs no word.
const patienceMs = 2_000

/** Passwords and secrets in the agent's store; codes whose account is called `team/NAME` come from the team's vault. */
export function agentSecrets(context: CliContext, store: AgentStore, time: CodeClock): SecretSource {
  const writable = async () => (store.exists() ? store : ensureStore(context, {}))
  const clock = context.canAsk() ? { ...time, tell: (text: string) => context.say(text) } : time
  return {
    async password(configs) {
      for (const config of configs) {
        const password = await readSealedValue(store, passwordName(config))
        if (password !== null) return password
      }
      throw new Failure('aws_password_missing')
    },
    async code(accountName, request) {
      if (isTeamName(accountName)) {
        const { vaultCode } = await import('./vault-code.ts')
        const client = await teamClient(context, store)
        const claim = (account: Account, step: number) => claimStep(store, `team/${account.id}`, step)
        return vaultCode(client, withoutTeamPrefix(accountName), request, clock, claim)
      }
      return localCode(store, accountName, request, clock)
    },
    storePassword: async (config, password) => writeSealedValue(await writable(), passwordName(config), password),
    async storeAccount(accountName, account) {
      const named = withName(account, accountName)
      await (
        await writable()
      ).change((accounts) => ({
        accounts: [...accounts.filter((other) => nameOf(other) !== accountName), named],
        result: undefined,
      }))
    },
    async spendUpTo(accountName, step) {
      const { periodSeconds } = await store.account(accountName)
      await reserveStep(store, { name: accountName, periodSeconds, nowMs: step * periodSeconds * 1000 })
    },
    removeAccount: (accountName) =>
      store.change((accounts) => ({
        accounts: accounts.filter((other) => nameOf(other) !== accountName),
        result: undefined,
      })),
  }
}

/** Secrets in hand that count before those of the store: not stored yet, or not to be stored. */
export interface GivenSecrets {
  /** Empty where there is none. */
  readonly password: string
  readonly account: OtpAccount | null
  readonly accountName: string
}

/** The same source, with secrets in hand that count first. */
export function withGiven(
  context: CliContext,
  secrets: SecretSource,
  given: GivenSecrets,
  clock: CodeClock,
): SecretSource {
  const { account, accountName, password } = given
  return {
    ...secrets,
    password: (configs) => (password === '' ? secrets.password(configs) : Promise.resolve(password)),
    code: (name, request) =>
      account === null || name !== accountName
        ? secrets.code(name, request)
        : reservedCode(openStore(context), withName(account, accountName), request, clock),
  }
}

async function localCode(store: AgentStore, name: string, request: CodeRequest, clock: CodeClock): Promise<IssuedCode> {
  const account = (await store.accounts()).find((candidate) => nameOf(candidate) === name)
  if (account === undefined) throw new Failure('aws_secret_missing', { detail: { name } })
  return reservedCode(store, withName(account, name), request, clock)
}

/** The code of the account's first free step, waited for. */
async function reservedCode(
  store: AgentStore,
  account: OtpAccount,
  request: CodeRequest,
  clock: CodeClock,
): Promise<IssuedCode> {
  const { periodSeconds } = account
  const periodMs = periodSeconds * 1000
  const nowMs = () => clock.nowMs() + request.clockOffsetMs
  const earliest = Math.max(usableFromMs(nowMs(), periodMs), ((request.afterStep ?? -1) + 1) * periodMs)
  const { step, validFromMs } = await reserveStep(store, { name: nameOf(account), periodSeconds, nowMs: earliest })
  const waitMs = Math.max(0, validFromMs - nowMs())
  if (waitMs > patienceMs) clock.tell?.(`Waiting ${Math.ceil(waitMs / 1000)} s for a code that nobody has used.`)
  await clock.sleep(waitMs)
  return { step, code: totp(account.secret, validFromMs, account) }
}

/** Now, or the beginning of the next step where this one is about to end. */
export function usableFromMs(nowMs: number, periodMs: number): number {
  const leftMs = periodMs - (nowMs % periodMs)
  return leftMs <= tooLateMs ? nowMs + leftMs : nowMs
}

function passwordName(config: string): string {
  return `aws/${config}/okta-password`
}

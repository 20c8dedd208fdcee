import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import { normaliseCode } from '../../../otp/match.ts'
import type { CliContext } from '../../context.ts'
import { compareCode, type Comparison } from '../compare-code.ts'
import { findAccount } from '../find-account.ts'
import { accountParameter, type AgentFlags, asText, jsonFlag, storeFlags } from '../store-flags.ts'
import { openStore } from '../store/store.ts'

/** `watchword verify NAME`: does another app show the same codes, and if not, what differs? */
export const verifyCommand = buildCommand<AgentFlags, [string?, string?], CliContext>({
  func: verify,
  parameters: {
    flags: { json: jsonFlag, ...storeFlags },
    positional: {
      kind: 'tuple',
      parameters: [
        { ...accountParameter, optional: true },
        { brief: 'The code the other app shows now', parse: asText, optional: true, placeholder: 'code' },
      ],
    },
  },
  docs: { brief: 'Compare an account with the code another app shows' },
})

async function verify(this: CliContext, flags: AgentFlags, typed?: string, typedCode?: string): Promise<void> {
  const store = openStore(this, flags)
  const name = await findAccount(this, store, typed)
  const account = await store.account(name)
  const code = readCode(account, typedCode ?? (await askCode(this)))
  const found = compareCode(account, code, this.now())
  if (flags.json) this.printJson({ name, ...found })
  else this.print(verdict(found))
  if (found.kind !== 'same') this.setExitCode(1)
}

function askCode(context: CliContext): Promise<string> {
  const instead = 'Give it as the second argument.'
  return context.ask({ text: 'Code the other app shows: ', asks: "the other app's code", instead, echo: true })
}

function readCode({ type }: OtpAccount, text: string): string {
  const code = type === 'steam' ? text.trim().toUpperCase() : normaliseCode(text)
  if (code === null || code === '') {
    throw new Failure('agent_usage', { detail: { reason: 'That is not a code: type the digits the other app shows.' } })
  }
  return code
}

function verdict(found: Comparison): string {
  switch (found.kind) {
    case 'same':
      return 'The same: both show this code now.'
    case 'clock':
      return `The other clock is about ${Math.abs(found.seconds)} s ${found.seconds < 0 ? 'behind' : 'ahead'}: the account is right.`
    case 'counter':
      return `The other app is ${Math.abs(found.ahead)} ${found.ahead < 0 ? 'behind' : 'ahead'}: its counter is ${found.counter}. \`watchword edit --counter ${found.counter + 1}\` catches up.`
    case 'parameters': {
      const { algorithm, digits, periodSeconds } = found
      return `The secret is the same, but the other app uses ${algorithm}, ${digits} digits, ${periodSeconds} s. \`watchword edit\` changes it here.`
    }
    case 'different':
      return 'No setting makes this code: the secret differs, or a clock is more than 10 minutes off.'
  }
}

import type { CliContext } from '../../context.ts'
import { Failure, isFailure } from '../../../errors/failure.ts'
import { readSecretFile } from '../private-file.ts'
import type { Settings } from '../settings.ts'
import type { PassphraseSource } from './envelope.ts'

const instead = 'Give --passphrase-file, or run `watchword unlock` first.'

/** Passphrases from a file, from the desktop's keyring where the settings say so, else from the terminal. */
export function terminalPassphrases(context: CliContext, settings: Settings): PassphraseSource {
  const askHidden = (text: string) => context.ask({ text, asks: 'the passphrase', instead })
  return {
    async given() {
      if (settings.passphraseFile !== undefined) return readSecretFile(context, settings.passphraseFile)
      if (settings.file.keyring !== true) return null
      const { keyringPassphrase } = await import('./keyring.ts')
      return keyringPassphrase(settings)
    },
    ask: () => orNobody(() => askHidden('Passphrase: ')),
    askNew: () =>
      orNobody(async () => {
        const first = await askHidden('New passphrase: ')
        if (first === '') throw new Failure('agent_passphrase_empty')
        if (first !== (await askHidden('Again: '))) throw new Failure('agent_passphrase_mismatch')
        return first
      }),
  }
}

/** One passphrase for everything, never asked for. */
export function knownPassphrase(passphrase: string): PassphraseSource {
  return { given: async () => passphrase, ask: async () => null, askNew: async () => null }
}

async function orNobody(question: () => Promise<string>): Promise<string | null> {
  try {
    return await question()
  } catch (cause) {
    if (isFailure(cause, 'agent_terminal_missing')) return null
    throw cause
  }
}

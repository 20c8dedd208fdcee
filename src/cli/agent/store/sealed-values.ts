import { Failure } from '../../../errors/failure.ts'
import type { AgentStore } from './store.ts'

/**
 * Reads one sealed value, such as a password another command keeps beside the accounts.
 *
 * @returns null when nothing is stored under this name
 * @throws Failure when the file does not open
 */
export async function readSealedValue(store: AgentStore, name: string): Promise<string | null> {
  const sealed = store.values.readSealed()
  return sealed === null ? null : (readValues(await store.values.open(sealed), store.values.path)[name] ?? null)
}

/** Stores one sealed value under a name, or removes it (null). Atomic, and nothing of it is ever in clear on the disk. */
export async function writeSealedValue(store: AgentStore, name: string, value: string | null): Promise<void> {
  await store.values.change(({ plaintext, isNew }) => {
    const { [name]: _, ...others } = isNew ? {} : readValues(plaintext, store.values.path)
    return Buffer.from(`${JSON.stringify(value === null ? others : { ...others, [name]: value })}\n`)
  })
}

/** The sealed value of a name; where there is none it is made and kept, once however many ask at the same time. */
export async function keepSealedValue(store: AgentStore, name: string, make: () => string): Promise<string> {
  const present = await readSealedValue(store, name)
  if (present !== null) return present
  let kept = make()
  await store.values.change(({ plaintext, isNew }) => {
    const values = isNew ? {} : readValues(plaintext, store.values.path)
    kept = values[name] ?? kept
    return name in values ? null : Buffer.from(`${JSON.stringify({ ...values, [name]: kept })}\n`)
  })
  return kept
}

function readValues(plaintext: Buffer, path: string): Record<string, string> {
  const values = parsedOrNull(plaintext.toString())
  const isValues = typeof values === 'object' && values !== null && Object.values(values).every(isString)
  if (!isValues) throw new Failure('agent_store_foreign', { detail: { path, reason: 'it holds no named values' } })
  return values as Record<string, string>
}

// The parser's message would quote the text, which holds passwords.
function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

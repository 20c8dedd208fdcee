import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Endpoint } from '../../src/api/index.ts'

const awsCall = {
  credentials: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
}

/** Bodies of endpoints whose schema asks for a pattern, which no value can be made from, or for more than it says. */
const written: Readonly<Record<string, object>> = {
  enrolAwsMfa: { ...awsCall, deviceName: 'watchword' },
  rotateAwsMfa: { ...awsCall, deviceName: 'watchword' },
  listAwsMfa: awsCall,
  loginPasskey: { ticket: 'none', response: {} },
  addPasskey: { ticket: 'none', name: 'key', response: {} },
  stepUp: { ticket: 'none', response: {} },
  replaceSecret: { secretBase32: 'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U' },
  createGrant: { grantee: 'everyone', right: 'reveal' },
  bulkEnrol: { format: 'csv', content: 'name\nbird\n' },
  noteIntake: { step: 'registered' },
}

/**
 * The plainest body an endpoint takes, so that what it answers is about the caller and not about the input; undefined
 * where it takes none.
 */
export function plainBody({ name, parts: { body } }: Endpoint): object | undefined {
  return body === undefined ? undefined : (written[name] ?? created(body))
}

function created(schema: TSchema): object {
  const value = Value.Create(schema)
  if (typeof value !== 'object' || value === null) throw new Error('a body of the contract is an object')
  return value
}

/** An endpoint's path with its parameters filled in; those without a value name nothing that is there. */
export function filledPath({ path }: Endpoint, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'none'))
}

import { Failure } from '../../errors/failure.ts'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { androidStrings } from '../containers/android-preferences.ts'
import { accountOf, accountOfField, bytesOfHex } from '../draft.ts'
import { type ImportContext, type ImportFormat, wrongPassword } from '../format.ts'
import { type ImportInput, parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { derivePbkdf2, tooCostly } from '../kdf.ts'
import { importLimits } from '../limits.ts'
import { openCbc } from '../unseal.ts'

const app = 'Authy'
const usualRounds = 1000
const ownDigits = 7
const ownPeriodSeconds = 10

/**
 * What circulates of Authy, which has no export: the preferences of a rooted Android phone, captured
 * replies of its interface, and lists written by scripts.
 */
export const authy: ImportFormat = {
  id: 'authy',
  app,
  recognise(file) {
    const tokens = tokensOf(file)
    if (tokens === null) return null
    return tokens.some((token) => sealedOf(token) !== '') ? 'password' : 'nothing'
  },
  async read(file, context) {
    const tokens = tokensOf(file) ?? []
    const secrets = await openSecrets(tokens, context)
    for (const [index, token] of tokens.entries()) {
      const labels = labelsOf(token)
      context.report.add(labels.name, () => readToken(token, labels, secrets[index] ?? null))
    }
  },
}

interface Labels {
  readonly issuer: string
  readonly name: string
}

function tokensOf(file: ImportInput): JsonObject[] | null {
  const preferences = androidStrings(file.xml)
  const stored = [...(preferences ?? [])].filter(
    ([name]) => name.startsWith('com.authy.storage.tokens.') && name.endsWith('.key'),
  )
  if (stored.length > 0) return stored.flatMap(([, text]) => objectsOf(parseJson(text)))
  const root = JsonObject.from(file.json)
  const lists = ['authenticator_tokens', 'decrypted_authenticator_tokens']
    .map((key) => root?.value(key))
    .filter(Array.isArray)
  if (lists.length > 0) return lists.flatMap(objectsOf)
  const tokens = Array.isArray(file.json) ? objectsOf(file.json) : []
  const isToken = (token: JsonObject): boolean =>
    token.has('decryptedSecret') ||
    token.has('encryptedSecret') ||
    token.has('encrypted_seed') ||
    (token.has('name') && token.has('secret') && token.has('uri'))
  return tokens[0] !== undefined && isToken(tokens[0]) ? tokens : null
}

function objectsOf(json: unknown): JsonObject[] {
  return Array.isArray(json) ? json.flatMap((value: unknown) => JsonObject.from(value) ?? []) : []
}

function sealedOf(token: JsonObject): string {
  return token.text('encryptedSecret') || token.text('encrypted_seed')
}

/** Opens every sealed secret. There is no MAC, so a wrong password shows in broken padding, of all of them. */
async function openSecrets(tokens: readonly JsonObject[], context: ImportContext): Promise<(string | null)[]> {
  const sealed = tokens.filter((token) => sealedOf(token) !== '')
  const rounds = sealed.reduce((sum, token) => sum + roundsOf(token), 0)
  if (rounds > importLimits.maxPbkdf2IterationsOfFile) throw tooCostly(app, `${rounds} rounds of PBKDF2`)
  const secrets: (string | null)[] = []
  for (const token of tokens) secrets.push(sealedOf(token) === '' ? null : await openSecret(token, context))
  if (sealed.length > 0 && secrets.every((secret) => secret === null)) throw wrongPassword(app)
  return secrets
}

function roundsOf(token: JsonObject): number {
  return token.number('key_derivation_iterations') ?? usualRounds
}

async function openSecret(token: JsonObject, context: ImportContext): Promise<string | null> {
  const iterations = roundsOf(token)
  const salt = Buffer.from(token.text('salt'), 'utf8')
  const key = await derivePbkdf2(app, context, salt, { iterations, hash: 'sha1' })
  const ownIv = token.text('unique_iv')
  const iv = ownIv === '' ? new Uint8Array(16) : Buffer.from(ownIv, /^[0-9a-f]{32}$/i.test(ownIv) ? 'hex' : 'base64')
  const secret = openCbc(key, iv, Buffer.from(sealedOf(token), 'base64'))?.toString('utf8') ?? null
  return secret !== null && /^[A-Z2-7=\s]+$/i.test(secret) ? secret : null
}

function readToken(token: JsonObject, labels: Labels, opened: string | null): ParsedOtpauth {
  const uri = token.text('uri')
  if (uri !== '') return accountOfField(uri, labels)
  const ownSeed = token.text('secretSeed')
  const digits = token.number('digits')
  // Authy's own kind of account: hexadecimal, seven digits, a new code every ten seconds.
  if (ownSeed !== '')
    return accountOf({
      ...labels,
      secret: bytesOfHex(ownSeed),
      digits: digits ?? ownDigits,
      periodSeconds: ownPeriodSeconds,
    })
  if (opened === null && sealedOf(token) !== '') {
    throw new Failure('import_secret_unopened')
  }
  const secret = opened ?? (token.text('decryptedSecret') || token.text('decrypted_seed') || token.text('secret'))
  return accountOf({ ...labels, secret, digits })
}

/** Where Authy keeps the issuer differs by version; its own label may hold both parts. */
function labelsOf(token: JsonObject): Labels {
  const original = token.text('originalName') || token.text('original_name')
  const shown = token.text('name')
  const [, before = '', after = ''] = /^([^:]*):\s*(.*)$/s.exec(original) ?? []
  const [, left = '', right = ''] = /^(.*?) - (.*)$/s.exec(shown) ?? []
  const issuer = token.text('originalIssuer') || token.text('issuer') || before || left || accountTypeOf(token)
  return { issuer, name: after || right || withoutIssuer(original || shown, issuer) }
}

function accountTypeOf(token: JsonObject): string {
  const type = token.text('accountType') || token.text('account_type')
  return type === 'authenticator' ? '' : type
}

function withoutIssuer(name: string, issuer: string): string {
  return issuer !== '' && name.startsWith(`${issuer}:`) ? name.slice(issuer.length + 1).trim() : name
}

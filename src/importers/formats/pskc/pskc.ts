import { remark } from '../../../errors/remarks.ts'
import { attributeOf, childrenNamed, descend, textAt, type XmlElement } from '../../containers/xml.ts'
import {
  assertVersion,
  damaged,
  type ImportContext,
  type ImportFormat,
  notPossible,
  wrongPassword,
} from '../../format.ts'
import type { ImportInput } from '../../input.ts'
import { deriveContentKey } from './content-key.ts'
import { isForOtp, readKey } from './key.ts'
import { type OpenedValue, openMacKey, openValue, type ValueKeys } from './value.ts'

const app = 'PSKC'
const newestVersion = 1

/**
 * Portable Symmetric Key Container: what vendors and servers exchange token seeds in.
 *
 * Names are matched without prefix and letter case, because writers differ in both.
 *
 * @see RFC 6030
 */
export const pskc: ImportFormat = {
  id: 'pskc',
  app,
  recognise(file) {
    const root = containerOf(file)
    if (root === null) return null
    return childrenNamed(root, 'EncryptionKey').length > 0 ? 'password' : 'nothing'
  },
  async read(file, context) {
    const root = containerOf(file)
    if (root === null) throw damaged(app, 'its container is missing')
    refuseOthers(root)
    if (childrenNamed(root, 'Signature').length > 0) context.report.warn(remark('import_signature_unchecked'))
    const opened = await openSecrets(root, context)
    for (const keyPackage of childrenNamed(root, 'KeyPackage')) addKey(keyPackage, opened, context)
  },
}

function containerOf(file: ImportInput): XmlElement | null {
  const name = file.xml?.name.toLowerCase() ?? ''
  return name === 'keycontainer' || name === 'secretcontainer' ? file.xml : null
}

function refuseOthers(root: XmlElement): void {
  if (root.name.toLowerCase() === 'secretcontainer' || descend(root, 'Device') !== null) {
    throw notPossible(app, 'it is written in a draft from before RFC 6030. Ask for the final version')
  }
  assertVersion(app, Number(attributeOf(root, 'Version') || '1.0'), newestVersion)
}

/**
 * Opens every sealed value before any entry is read.
 *
 * When not one of them carries a right MAC, key or password are wrong; when some do, the others were altered.
 */
async function openSecrets(root: XmlElement, context: ImportContext): Promise<ReadonlyMap<XmlElement, OpenedValue>> {
  const encryption = childrenNamed(root, 'EncryptionKey')[0]
  if (encryption === undefined) return new Map()
  const contentKey = await deriveContentKey(encryption, context)
  const macMethod = childrenNamed(root, 'MACMethod')[0] ?? null
  const macKey = openMacKey(macMethod, contentKey)
  const keys: ValueKeys = { contentKey, macKey, macAlgorithm: attributeOf(macMethod, 'Algorithm') }
  const sealed = childrenNamed(root, 'KeyPackage')
    .flatMap((keyPackage) => descend(keyPackage, 'Key', 'Data')?.children ?? [])
    .filter((value) => childrenNamed(value, 'EncryptedValue').length > 0)
  const opened = new Map(sealed.map((value) => [value, openValue(value, keys)]))
  if (opened.size > 0 && [...opened.values()].every(({ plain }) => plain === null)) throw wrongPassword(app)
  if (macMethod === null) context.report.warn(remark('import_values_unchecked'))
  return opened
}

function addKey(keyPackage: XmlElement, opened: ReadonlyMap<XmlElement, OpenedValue>, { report }: ImportContext): void {
  const name = textAt(keyPackage, 'DeviceInfo', 'SerialNo') || attributeOf(descend(keyPackage, 'Key'), 'Id')
  if (isForOtp(keyPackage)) report.add(name, () => readKey(keyPackage, (value) => plainOf(value, opened)))
  else report.skip('other_keys')
}

/** A value in clear as text, or opened bytes; null when it is not there. */
function plainOf(value: XmlElement | null, opened: ReadonlyMap<XmlElement, OpenedValue>): Uint8Array | null {
  if (value === null) return null
  const sealed = opened.get(value)
  if (sealed === undefined) return null
  if (sealed.plain === null) throw damaged(app, 'a value of this key was altered')
  return sealed.plain
}

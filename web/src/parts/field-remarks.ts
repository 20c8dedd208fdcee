import type { FieldRemark } from '../../../src/api/endpoint.ts'
import type { Trouble } from '../server/trouble.ts'

/** Which field of a form each remark belongs to; what lies deeper, such as an entry of a list, belongs to the field it is in. */
export function remarksAt(
  trouble: Trouble | null,
  fields: readonly string[],
): { readonly at: Readonly<Record<string, FieldRemark>>; readonly isAll: boolean } {
  const remarks = trouble?.fields ?? []
  const placed = remarks.map((one) => [fields.find((name) => isIn(one.field, name)), one] as const)
  const found = placed.flatMap(([field, one]) => (field === undefined ? [] : [[field, one] as const]))
  // Read backwards, so that the first remark on a field stays.
  return { at: Object.fromEntries(found.toReversed()), isAll: remarks.length > 0 && found.length === remarks.length }
}

function isIn(field: string, name: string): boolean {
  return field === name || field.startsWith(`${name}.`)
}

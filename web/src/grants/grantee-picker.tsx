import { Select } from '@mantine/core'
import { listGroups, listPeople } from '../contract.ts'
import { useEverything } from '../server/queries.ts'
import { useWords } from '../words/words.tsx'

/** Who gets a right, as the API names them. */
export interface Grantee {
  readonly grantee: 'person' | 'group' | 'everyone'
  readonly granteeId?: string
}

interface GranteePickerProps {
  readonly label: string
  readonly description?: string
  /** In the form of {@link keyOf}. */
  readonly value: string | null
  onChange(key: string | null, name: string): void
}

/** Chooses a person, a group, or everyone. */
export function GranteePicker({ label, description, value, onChange }: GranteePickerProps) {
  const { t } = useWords()
  const people = useEverything(listPeople)
  const groups = useEverything(listGroups)
  const personItems = (people.data ?? [])
    .filter(({ enabled }) => enabled)
    .map(({ id, displayName, username }) => ({
      value: keyOf({ grantee: 'person', granteeId: id }),
      label: displayName === '' || displayName === username ? username : `${displayName} (${username})`,
    }))
  const groupItems = (groups.data ?? [])
    .filter(({ source }) => source !== 'built-in')
    .map(({ id, name }) => ({ value: keyOf({ grantee: 'group', granteeId: id }), label: name }))
  const data = [
    { value: keyOf({ grantee: 'everyone' }), label: t('word.everyone') },
    { group: t('grant.groups'), items: groupItems },
    { group: t('grant.people'), items: personItems },
  ]
  const error = people.error !== null && groups.error !== null ? t('grant.cannotList') : null
  return (
    <Select
      label={label}
      description={description}
      data={data}
      searchable
      clearable
      allowDeselect={false}
      limit={100}
      openOnFocus={false}
      data-autofocus
      error={error}
      value={value}
      onChange={(key, option) => onChange(key, option?.label ?? '')}
    />
  )
}

/** A grantee as one text, for lists and keys. */
export function keyOf({ grantee, granteeId = '' }: Grantee): string {
  return `${grantee}:${granteeId}`
}

/** {@link keyOf} the other way round. */
export function granteeOf(key: string): Grantee {
  const colon = key.indexOf(':')
  const kind = key.slice(0, colon)
  const granteeId = key.slice(colon + 1)
  if (kind === 'everyone') return { grantee: 'everyone' }
  return { grantee: kind === 'group' ? 'group' : 'person', granteeId }
}

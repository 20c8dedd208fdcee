import { Checkbox, TagsInput } from '@mantine/core'
import type { GateLimits } from '../../contract.ts'
import { useWords } from '../../words/words.tsx'

/** A whole host, for a start: hosts are what nobody can guess. */
export const usualGateLimits: GateLimits = { hosts: [], paths: ['/'], methods: ['*'], twoFactor: false }

interface GateLimitsFieldsProps {
  readonly value: GateLimits
  onChange(value: GateLimits): void
}

/** Where a token passes the gate. */
export function GateLimitsFields({ value, onChange }: GateLimitsFieldsProps) {
  const { t } = useWords()
  const set = (part: Partial<GateLimits>) => onChange({ ...value, ...part })
  return (
    <>
      <TagsInput
        label={t('tokens.gateHosts')}
        description={t('tokens.gateHostsHint')}
        splitChars={[' ', ',']}
        value={value.hosts}
        onChange={(hosts) => set({ hosts })}
      />
      <TagsInput
        label={t('tokens.gatePaths')}
        description={t('tokens.gatePathsHint')}
        splitChars={[',']}
        value={value.paths}
        onChange={(paths) => set({ paths })}
      />
      <TagsInput
        label={t('tokens.gateMethods')}
        description={t('tokens.gateMethodsHint')}
        splitChars={[' ', ',']}
        data={['*', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']}
        value={value.methods}
        onChange={(methods) => set({ methods })}
      />
      <Checkbox
        label={t('tokens.gateTwoFactor')}
        checked={value.twoFactor}
        onChange={(event) => set({ twoFactor: event.currentTarget.checked })}
      />
    </>
  )
}

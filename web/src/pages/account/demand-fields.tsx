import { NumberInput, TagsInput } from '@mantine/core'
import type { SignOnDemand } from '../../contract.ts'
import { useWords } from '../../words/words.tsx'

/** A proof at the provider of the last five minutes, however it was given. */
export const usualDemand: SignOnDemand = { acrValues: [], amr: [], maxAgeSeconds: 300 }

interface DemandFieldsProps {
  readonly value: SignOnDemand
  onChange(value: SignOnDemand): void
}

/** What the provider has to say of a login before a code is shown. */
export function DemandFields({ value, onChange }: DemandFieldsProps) {
  const { t } = useWords()
  const set = (part: Partial<SignOnDemand>) => onChange({ ...value, ...part })
  return (
    <>
      <NumberInput
        label={t('account.demandAge')}
        min={1}
        max={1440}
        clampBehavior="strict"
        required
        withAsterisk={false}
        allowDecimal={false}
        value={Math.round(value.maxAgeSeconds / 60)}
        onChange={(minutes) => typeof minutes === 'number' && set({ maxAgeSeconds: minutes * 60 })}
      />
      <TagsInput
        label={t('account.demandAcr')}
        description={t('account.demandAcrHint')}
        maxTags={10}
        splitChars={[' ', ',']}
        value={value.acrValues}
        onChange={(acrValues) => set({ acrValues })}
      />
      <TagsInput
        label={t('account.demandAmr')}
        description={t('account.demandAmrHint')}
        maxTags={10}
        splitChars={[' ', ',']}
        value={value.amr}
        onChange={(amr) => set({ amr })}
      />
    </>
  )
}

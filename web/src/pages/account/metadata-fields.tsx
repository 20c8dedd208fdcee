import { Checkbox, Select, SimpleGrid, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { Account } from '../../contract.ts'
import type { FieldTexts } from '../../parts/use-field-texts.ts'
import { DemandFields, usualDemand } from './demand-fields.tsx'
import { useWords } from '../../words/words.tsx'

/** What people may say and set about an account. */
export type Metadata = Pick<
  Account,
  'label' | 'issuer' | 'identifier' | 'url' | 'tags' | 'note' | 'lease' | 'stepUp' | 'signOnDemand' | 'marked'
>

export const emptyMetadata: Metadata = {
  label: '',
  issuer: '',
  identifier: '',
  url: '',
  tags: [],
  note: '',
  lease: 'warn',
  stepUp: 'off',
  marked: false,
}

/** The fields of {@link MetadataFields} that can say what is wrong with them. */
export const metadataFields = ['label', 'issuer', 'identifier', 'url', 'tags', 'note', 'lease', 'stepUp'] as const

/** The fields a form holds or sends. */
export function fieldsOf(part: Partial<Metadata>): (keyof Metadata)[] {
  return Object.keys(part) as (keyof Metadata)[]
}

/** A sentence for each field that is wrong. */
export type MetadataErrors = FieldTexts<keyof Metadata>['at']

interface MetadataFieldsProps {
  readonly value: Metadata
  /** What is wrong with them, said at each. */
  readonly errors?: MetadataErrors
  /** The fields few people need. */
  readonly hasRules: boolean
  onChange(value: Metadata): void
}

/** Fields for {@link Metadata}. */
export function MetadataFields({ value, errors = {}, hasRules, onChange }: MetadataFieldsProps) {
  const { t } = useWords()
  const set = (part: Partial<Metadata>) => onChange({ ...value, ...part })
  return (
    <>
      <TextInput
        label={t('account.label')}
        data-autofocus
        error={errors.label}
        maxLength={2000}
        dir="auto"
        value={value.label}
        onChange={(event) => set({ label: event.currentTarget.value })}
      />
      <SimpleGrid className="ww-fields" cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('account.issuer')}
          maxLength={2000}
          dir="auto"
          error={errors.issuer}
          value={value.issuer}
          onChange={(event) => set({ issuer: event.currentTarget.value })}
        />
        <TextInput
          label={t('account.identifier')}
          maxLength={255}
          dir="auto"
          error={errors.identifier}
          value={value.identifier}
          onChange={(event) => set({ identifier: event.currentTarget.value })}
        />
      </SimpleGrid>
      <TagsInput
        label={t('account.tags')}
        description={t('account.tagsHint')}
        maxTags={32}
        error={errors.tags}
        value={value.tags}
        onChange={(tags) => set({ tags })}
      />
      {hasRules && <RuleFields value={value} errors={errors} set={set} replace={onChange} />}
    </>
  )
}

interface RuleFieldsProps {
  readonly value: Metadata
  readonly errors: MetadataErrors
  set(part: Partial<Metadata>): void
  replace(value: Metadata): void
}

function RuleFields({ value, errors, set, replace }: RuleFieldsProps) {
  const { t } = useWords()
  // A demand goes with its step-up: the server refuses one that nothing asks for.
  const choose = (stepUp: Metadata['stepUp']) => {
    const { signOnDemand = usualDemand, ...rest } = value
    replace(stepUp === 'sign-on' ? { ...rest, stepUp, signOnDemand } : { ...rest, stepUp })
  }
  const leases = (['off', 'warn', 'exclusive'] as const).map((mode) => ({
    value: mode,
    label: t(`account.lease.${mode}`),
  }))
  const proofs = (['off', 'recent', 'passkey', 'sign-on'] as const).map((by) => ({
    value: by,
    label: t(`account.stepUp.${by}`),
  }))
  return (
    <>
      <TextInput
        label={t('account.url')}
        type="url"
        placeholder="https://"
        maxLength={2048}
        error={errors.url}
        value={value.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <Textarea
        label={t('account.note')}
        autosize
        minRows={2}
        maxLength={10_000}
        dir="auto"
        error={errors.note}
        value={value.note}
        onChange={(event) => set({ note: event.currentTarget.value })}
      />
      <Select
        label={t('account.lease')}
        data={leases}
        allowDeselect={false}
        error={errors.lease}
        value={value.lease}
        onChange={(lease) => lease !== null && set({ lease })}
      />
      <Select
        label={t('account.stepUp')}
        data={proofs}
        allowDeselect={false}
        error={errors.stepUp}
        value={value.stepUp}
        onChange={(stepUp) => stepUp !== null && choose(stepUp)}
      />
      {value.signOnDemand !== undefined && (
        <DemandFields value={value.signOnDemand} onChange={(signOnDemand) => set({ signOnDemand })} />
      )}
      <Checkbox
        label={t('account.marked')}
        checked={value.marked}
        onChange={(event) => set({ marked: event.currentTarget.checked })}
      />
    </>
  )
}

import { Checkbox, TagsInput, TextInput } from '@mantine/core'
import type { Answer, readOidc } from '../../contract.ts'
import { useWords } from '../../words/words.tsx'

export type OidcState = Answer<typeof readOidc>
export type Draft = NonNullable<OidcState['draft']>

interface FieldsProps {
  readonly draft: Draft
  set(part: Partial<Draft>): void
}

/** Where the provider is, and as whom it knows us. */
export function ProviderFields({ draft, set }: FieldsProps) {
  const { t } = useWords()
  return (
    <>
      <TextInput
        label={t('oidc.issuer')}
        description={t('oidc.issuerHint')}
        type="url"
        required
        withAsterisk={false}
        value={draft.issuer}
        onChange={(event) => set({ issuer: event.currentTarget.value })}
      />
      <TextInput
        label={t('oidc.clientId')}
        required
        withAsterisk={false}
        value={draft.clientId}
        onChange={(event) => set({ clientId: event.currentTarget.value })}
      />
      <TagsInput label={t('oidc.scopes')} value={draft.scopes} onChange={(scopes) => set({ scopes })} />
    </>
  )
}

/** What the provider's groups and access tokens open here. */
export function GroupFields({ draft, set }: FieldsProps) {
  const { t } = useWords()
  return (
    <>
      <TextInput
        label={t('oidc.groupsClaim')}
        value={draft.groupsClaim}
        onChange={(event) => set({ groupsClaim: event.currentTarget.value })}
      />
      <TextInput
        label={t('oidc.administratorsGroup')}
        description={t('oidc.administratorsHint')}
        value={draft.administratorsGroup}
        onChange={(event) => set({ administratorsGroup: event.currentTarget.value })}
      />
      <TagsInput
        label={t('oidc.allowedGroups')}
        description={t('oidc.allowedHint')}
        value={draft.allowedGroups}
        onChange={(allowedGroups) => set({ allowedGroups })}
      />
      <Checkbox
        label={t('oidc.acceptBearer')}
        checked={draft.acceptBearer}
        onChange={(event) => set({ acceptBearer: event.currentTarget.checked })}
      />
      {draft.acceptBearer && (
        <TextInput
          label={t('oidc.bearerAudience')}
          value={draft.bearerAudience}
          onChange={(event) => set({ bearerAudience: event.currentTarget.value })}
        />
      )}
    </>
  )
}

import { ActionIcon, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconUserPlus, IconX } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { type Answer, createGrant, deleteGrant, listAccounts, listGrants, readAccount } from '../../contract.ts'
import { granteeOf, GranteePicker } from '../../grants/grantee-picker.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Faces } from '../../parts/faces.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useEverything } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

type Grant = Answer<typeof listGrants>['items'][number]

/** What a right changes on this screen: whoever grants it may be the one who gets it. */
const touched = [listGrants, readAccount, listAccounts] as const

/** Who may do what with the account, until when. */
export function GrantsCard({ accountId }: { accountId: string }) {
  const { t } = useWords()
  const [isOpen, dialog] = useDisclosure(false)
  const grants = useEverything(listGrants, { params: { account: accountId } })
  return (
    <Surface
      title={t('account.grants')}
      lead={t('account.grantsLead')}
      isFlush
      actions={
        <Button variant="default" size="xs" leftSection={<IconUserPlus size={15} />} onClick={dialog.open}>
          {t('grant.add')}
        </Button>
      }
    >
      <Faces
        of={grants}
        isEmpty={(items) => items.length === 0}
        empty={<p className="ww-quiet ww-item">{t('account.grantsEmpty')}</p>}
      >
        {(items) => (
          <ul className="ww-list">
            {items.map((grant) => (
              <GrantRow key={grant.id} accountId={accountId} grant={grant} />
            ))}
          </ul>
        )}
      </Faces>
      <GrantDialog accountId={accountId} isOpen={isOpen} onClose={dialog.close} />
    </Surface>
  )
}

function GrantRow({ accountId, grant }: { accountId: string; grant: Grant }) {
  const { t, day } = useWords()
  const act = useAct(deleteGrant, touched)
  const name = grant.grantee === 'everyone' ? t('word.everyone') : grant.granteeName
  return (
    <li className="ww-item">
      <div className="ww-item-main" data-beside="">
        <span className="ww-item-title" dir="auto">
          {name}
        </span>
        <div className="ww-quiet ww-small">
          {t('account.grantBy', { name: grant.grantedBy })}
          {grant.expiresAtMs !== null && `, ${t('account.grantUntil', { when: day(grant.expiresAtMs) })}`}
        </div>
        <TroubleNote trouble={act.trouble} />
      </div>
      <Group gap="sm" wrap="nowrap">
        <span className="ww-tag" data-tone={grant.right === 'reveal' ? 'accent' : ''}>
          {t(`grant.${grant.right}`)}
        </span>
        <ActionIcon
          aria-label={t('account.grantEnd', { name })}
          loading={act.isRunning}
          onClick={() => void act.run({ params: { account: accountId, grant: grant.id } })}
        >
          <IconX size={16} />
        </ActionIcon>
      </Group>
    </li>
  )
}

interface GrantDialogProps {
  readonly accountId: string
  readonly isOpen: boolean
  onClose(): void
}

function GrantDialog({ isOpen, ...form }: GrantDialogProps) {
  const { t } = useWords()
  return (
    <Dialog isOpen={isOpen} onClose={form.onClose} title={t('grant.add')}>
      <GrantForm {...form} />
    </Dialog>
  )
}

function GrantForm({ accountId, onClose }: Omit<GrantDialogProps, 'isOpen'>) {
  const { t } = useWords()
  const act = useAct(createGrant, touched)
  const [who, setWho] = useState<string | null>(null)
  const [right, setRight] = useState<'reveal' | 'manage'>('reveal')
  const [until, setUntil] = useState('')
  const rights = (['reveal', 'manage'] as const).map((name) => ({ value: name, label: t(`grant.${name}`) }))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (who === null) return
    const expiresAtMs = until === '' ? null : new Date(`${until}T23:59:59`).getTime()
    const done = await act.run({ params: { account: accountId }, body: { ...granteeOf(who), right, expiresAtMs } })
    if (done !== null) onClose()
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <GranteePicker label={t('grant.who')} description={t('grant.whoHint')} value={who} onChange={setWho} />
        <Select
          label={t('grant.right')}
          data={rights}
          allowDeselect={false}
          value={right}
          onChange={(name) => name !== null && setRight(name)}
        />
        <TextInput
          type="date"
          label={`${t('grant.until')} (${t('word.optional')})`}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <FormEnd act={act} isIncomplete={who === null} onCancel={onClose}>
          {t('grant.submit')}
        </FormEnd>
      </Stack>
    </form>
  )
}

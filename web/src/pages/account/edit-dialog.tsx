import { Button, Group, Modal, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { type Account, listAccounts, readAccount, updateAccount } from '../../contract.ts'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { type Metadata, MetadataFields } from './metadata-fields.tsx'

interface EditDialogProps {
  readonly account: Account
  readonly isOpen: boolean
  onClose(): void
}

/** Changes what is said of an account. */
export function EditDialog({ account, isOpen, onClose }: EditDialogProps) {
  const { t } = useWords()
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('account.edit')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <EditForm account={account} onClose={onClose} />
    </Modal>
  )
}

// Made anew at each opening: changes elsewhere meanwhile do not overwrite what is being typed.
function EditForm({ account, onClose }: Omit<EditDialogProps, 'isOpen'>) {
  const { t } = useWords()
  const act = useAct(updateAccount, [readAccount, listAccounts])
  const [value, setValue] = useState<Metadata>(() => metadataOf(account))
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ params: { account: account.id }, body: value })
    if (done === null) return
    notifications.show({ message: t('account.saved') })
    onClose()
  }
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack>
        <MetadataFields
          value={value}
          hasRules
          labelError={value.label.trim() === '' ? t('add.needLabel') : null}
          onChange={setValue}
        />
        <TroubleNote trouble={act.trouble} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('do.cancel')}
          </Button>
          <Button type="submit" loading={act.isRunning}>
            {t('do.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function metadataOf(account: Account): Metadata {
  const { label, issuer, identifier, url, tags, note, lease, stepUp, signOnDemand, marked } = account
  const demand = signOnDemand === undefined ? {} : { signOnDemand }
  return { label, issuer, identifier, url, tags, note, lease, stepUp, ...demand, marked }
}

import { Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { type Account, listAccounts, readAccount, updateAccount } from '../../contract.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { Note } from '../../parts/note.tsx'
import { changedIn } from '../../parts/use-edits.ts'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct } from '../../server/queries.ts'
import { useWords, type WordKey } from '../../words/words.tsx'
import { fieldsOf, type Metadata, metadataFields, MetadataFields } from './metadata-fields.tsx'

interface EditDialogProps {
  readonly account: Account
  readonly isOpen: boolean
  onClose(): void
}

/** Changes what is said of an account. */
export function EditDialog({ account, isOpen, onClose }: EditDialogProps) {
  const { t } = useWords()
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('account.edit')} size="lg">
      <EditForm account={account} onClose={onClose} />
    </Dialog>
  )
}

// Made anew at each opening: changes elsewhere meanwhile do not overwrite what is being typed.
function EditForm({ account, onClose }: Omit<EditDialogProps, 'isOpen'>) {
  const { t } = useWords()
  const act = useAct(updateAccount, [readAccount, listAccounts])
  const fresh = useAct(readAccount)
  const [before, setBefore] = useState<Metadata>(() => metadataOf(account))
  const [value, setValue] = useState(before)
  const [theirs, setTheirs] = useState<readonly (keyof Metadata)[]>([])
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const params = { account: account.id }
    const body = changedIn(before, value)
    if (fieldsOf(body).length > 0) {
      const now = await fresh.run({ params })
      if (now === null) return
      const there = metadataOf(now.answer)
      const clashing = fieldsOf(changedIn(before, there)).filter((field) => field in body)
      // Fields of others show what they are now; the ones typed here stay as typed.
      setBefore(there)
      setValue({ ...there, ...body })
      setTheirs(clashing)
      if (clashing.length > 0 || (await act.run({ params, body })) === null) return
    }
    notifications.show({ message: t('account.saved') })
    onClose()
  }
  const saving = { trouble: fresh.trouble ?? act.trouble, isRunning: fresh.isRunning || act.isRunning }
  const said = useFieldTexts(saving.trouble, metadataFields)
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack>
        <MetadataFields
          value={value}
          hasRules
          errors={value.label.trim() === '' ? { ...said.at, label: t('add.needLabel') } : said.at}
          onChange={setValue}
        />
        {theirs.length > 0 && (
          <Note tone="warn" isUrgent>
            {t('account.changedMeanwhile', { fields: theirs.map((field) => t(nameOf(field))).join(', ') })}
          </Note>
        )}
        <FormEnd act={saving} isMarked={said.isMarked} onCancel={onClose}>
          {t('do.save')}
        </FormEnd>
      </Stack>
    </form>
  )
}

function nameOf(field: keyof Metadata): WordKey {
  return field === 'signOnDemand' ? 'account.stepUp' : `account.${field}`
}

function metadataOf(account: Account): Metadata {
  const { label, issuer, identifier, url, tags, note, lease, stepUp, signOnDemand, marked } = account
  const demand = signOnDemand === undefined ? {} : { signOnDemand }
  return { label, issuer, identifier, url, tags, note, lease, stepUp, ...demand, marked }
}

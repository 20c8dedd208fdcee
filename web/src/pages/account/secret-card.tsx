import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import {
  type Account,
  deleteAccount,
  listAccounts,
  listCustody,
  readAccount,
  replaceSecret,
  undoReplaceSecret,
} from '../../contract.ts'
import { CodeInput } from '../../parts/code-input.tsx'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { isUri } from '../add/read-secret.ts'

/** Replaces or deletes the secret; both can be undone for a while. */
export function SecretCard({ account }: { account: Account }) {
  const { t, dateTime } = useWords()
  const [isOpen, replace] = useDisclosure(false)
  const undo = useAct(undoReplaceSecret, [readAccount, listCustody])
  const takeBack = async () => {
    const done = await undo.run({ params: { account: account.id } })
    if (done !== null) notifications.show({ message: t('account.undone') })
  }
  return (
    <Surface title={t('account.secret')} lead={t('account.secretLead')}>
      <Stack>
        {account.undoUntilMs !== undefined && (
          <Note tone="info">
            <Text mb="xs">{t('account.undoUntil', { when: dateTime(account.undoUntilMs) })}</Text>
            <Button variant="light" size="xs" loading={undo.isRunning} onClick={() => void takeBack()}>
              {t('account.undoReplace')}
            </Button>
          </Note>
        )}
        <TroubleNote trouble={undo.trouble} />
        <Group>
          <Button variant="default" onClick={replace.open}>
            {t('account.replace')}
          </Button>
          <DeleteButton account={account} />
        </Group>
      </Stack>
      <Dialog isOpen={isOpen} onClose={replace.close} title={t('account.replace')}>
        <ReplaceForm accountId={account.id} onClose={replace.close} />
      </Dialog>
    </Surface>
  )
}

function DeleteButton({ account }: { account: Account }) {
  const { t } = useWords()
  const [, navigate] = useLocation()
  const act = useAct(deleteAccount, [listAccounts, readAccount])
  const confirm = async () => {
    const done = await act.run({ params: { account: account.id } })
    if (done === null) return false
    notifications.show({ message: t('account.deletedNow', { name: account.label }) })
    navigate('/')
    return true
  }
  return (
    <ConfirmButton
      label={t('account.delete')}
      question={t('account.deleteAsk', { name: account.label })}
      why={t('account.deleteWhy')}
      doIt={t('do.delete')}
      isDangerous
      trouble={act.trouble}
      onConfirm={confirm}
    />
  )
}

function ReplaceForm({ accountId, onClose }: { accountId: string; onClose(): void }) {
  const { t, remarkText } = useWords()
  const act = useAct(replaceSecret, [readAccount, listAccounts, listCustody])
  const [secret, setSecret] = useState('')
  const [proofCode, setProofCode] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const given = isUri(secret) ? { uri: secret.trim() } : { secretBase32: secret }
    const proof = proofCode === '' ? {} : { proofCode }
    const done = await act.run({ params: { account: accountId }, body: { ...given, ...proof } })
    if (done === null) return
    notifications.show({ message: [t('account.replaced'), ...done.answer.warnings.map(remarkText)].join(' ') })
    onClose()
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text>{t('account.replaceHint')}</Text>
        <PasswordInput
          label={t('add.input')}
          data-autofocus
          autoComplete="off"
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <CodeInput
          label={t('account.proof')}
          description={t('account.proofHint')}
          value={proofCode}
          onChange={setProofCode}
        />
        <FormEnd act={act} isIncomplete={secret.trim() === ''} onCancel={onClose}>
          {t('account.replace')}
        </FormEnd>
      </Stack>
    </form>
  )
}

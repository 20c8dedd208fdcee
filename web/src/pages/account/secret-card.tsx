import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core'
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
      <ReplaceDialog accountId={account.id} isOpen={isOpen} onClose={replace.close} />
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
      color="red"
      trouble={act.trouble}
      onConfirm={confirm}
    />
  )
}

interface ReplaceDialogProps {
  readonly accountId: string
  readonly isOpen: boolean
  onClose(): void
}

function ReplaceDialog({ accountId, isOpen, onClose }: ReplaceDialogProps) {
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
    setSecret('')
    setProofCode('')
    notifications.show({ message: [t('account.replaced'), ...done.answer.warnings.map(remarkText)].join(' ') })
    onClose()
  }
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('account.replace')}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <Text>{t('account.replaceHint')}</Text>
          <PasswordInput
            label={t('add.input')}
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
          <TroubleNote trouble={act.trouble} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('do.cancel')}
            </Button>
            <Button type="submit" disabled={secret.trim() === ''} loading={act.isRunning}>
              {t('account.replace')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

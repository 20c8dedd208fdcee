import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import {
  type Account,
  createGrant,
  type Intake,
  listAccounts,
  listGrants,
  noteIntake,
  readAccount,
  readIntake,
} from '../../contract.ts'
import { granteeOf, GranteePicker } from '../../grants/grantee-picker.tsx'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { isAmong } from './intake.ts'

interface RotateStepProps {
  readonly account: Account
  readonly intake: Intake
}

/** Somebody who is not the loader changes the password, and may then see codes. */
export function RotateStep({ account, intake }: RotateStepProps) {
  const { t } = useWords()
  const act = useAct(noteIntake, [readIntake])
  const [who, setWho] = useState(intake.rotatedBy ?? '')
  const isLoader = isAmong([intake.loader], who)
  const isPast = intake.rotatedBy !== undefined
  const note = () => act.run({ params: { account: account.id }, body: { step: 'rotated', by: who.trim() } })
  return (
    <Stack>
      <Text>{t('root.rotateWhy')}</Text>
      {intake.readers.length > 1 ? (
        <Select
          label={t('root.rotatedBy')}
          data={[...intake.readers]}
          searchable
          disabled={isPast}
          error={isLoader ? t('root.rotatedSelf') : null}
          value={who === '' ? null : who}
          onChange={(name) => setWho(name ?? '')}
        />
      ) : (
        <TextInput
          label={t('root.rotatedBy')}
          disabled={isPast}
          error={isLoader ? t('root.rotatedSelf') : null}
          value={who}
          onChange={(event) => setWho(event.currentTarget.value)}
        />
      )}
      {!isPast && <GrantToChecker accountId={account.id} />}
      <TroubleNote trouble={act.trouble} />
      {!isPast && (
        <Group className="ww-no-print">
          <Button disabled={who.trim() === '' || isLoader} loading={act.isRunning} onClick={() => void note()}>
            {t('root.rotated')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

function GrantToChecker({ accountId }: { accountId: string }) {
  const { t } = useWords()
  const act = useAct(createGrant, [listGrants, readAccount, listAccounts])
  const [who, setWho] = useState<string | null>(null)
  const [isGranted, setGranted] = useState(false)
  const choose = (key: string | null) => {
    setWho(key)
    setGranted(false)
  }
  const grant = async () => {
    if (who === null) return
    const done = await act.run({ params: { account: accountId }, body: { ...granteeOf(who), right: 'reveal' } })
    setGranted(done !== null)
  }
  return (
    <Stack gap="xs">
      <Group align="flex-end">
        <div style={{ flex: '1 1 14rem' }}>
          <GranteePicker label={t('root.grantWhy')} value={who} onChange={choose} />
        </div>
        <Button variant="default" disabled={who === null} loading={act.isRunning} onClick={() => void grant()}>
          {t('root.grant')}
        </Button>
      </Group>
      {isGranted && <Note tone="good">{t('root.granted')}</Note>}
      <TroubleNote trouble={act.trouble} />
    </Stack>
  )
}

import { Button, Group, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { activateOidc, type Answer, disableOidc, readMe, readOidc, testOidc } from '../../contract.ts'
import { Confirm, ConfirmButton } from '../../parts/confirm.tsx'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import type { OidcState } from './oidc-fields.tsx'

interface DraftActsProps {
  readonly state: OidcState
  /** The form holds what the draft does not: nothing may be tried or activated that is not on the screen. */
  readonly isChanged: boolean
}

/** Tries the stored draft, makes it count, switches single sign-on off. */
export function DraftActs({ state, isChanged }: DraftActsProps) {
  const { t, remarkText } = useWords()
  const test = useAct(testOidc)
  const activate = useAct(activateOidc, [readOidc, readMe])
  const disable = useAct(disableOidc, [readOidc, readMe])
  const [tested, setTested] = useState<Answer<typeof testOidc> | null>(null)
  const [isAsking, asking] = useDisclosure(false)
  const isReady = state.draft !== null && !isChanged
  const tryDraft = async () => {
    const done = await test.run()
    setTested(done?.answer ?? null)
    return done?.answer.works ?? null
  }
  const activateDraft = async () => {
    asking.close()
    const done = await activate.run()
    if (done !== null) notifications.show({ message: t('oidc.activated') })
  }
  const tryThenActivate = async () => {
    const works = await tryDraft()
    if (works === true) await activateDraft()
    if (works === false) asking.open()
  }
  return (
    <Stack mt="lg">
      {tested !== null && (
        <Note tone={tested.works ? 'good' : 'bad'} isUrgent>
          {t(tested.works ? 'oidc.works' : 'oidc.worksNot')}
          {tested.findings.map((finding) => (
            <div key={finding.message} className="ww-small">
              {remarkText(finding)}
            </div>
          ))}
        </Note>
      )}
      {isChanged && <Note tone="info">{t('oidc.unsaved')}</Note>}
      <TroubleNote trouble={test.trouble ?? activate.trouble} />
      <Group>
        <Button variant="default" disabled={!isReady} loading={test.isRunning} onClick={() => void tryDraft()}>
          {t('oidc.test')}
        </Button>
        <Button
          variant="light"
          disabled={!isReady}
          loading={test.isRunning || activate.isRunning}
          onClick={() => void tryThenActivate()}
        >
          {t('oidc.activate')}
        </Button>
        {state.active !== null && (
          <ConfirmButton
            label={t('oidc.disable')}
            question={t('oidc.disableAsk')}
            why={t('oidc.disableWhy')}
            doIt={t('oidc.disable')}
            trouble={disable.trouble}
            onConfirm={async () => (await disable.run()) !== null}
          />
        )}
      </Group>
      <Confirm
        isOpen={isAsking}
        onClose={asking.close}
        question={t('oidc.activateAsk')}
        why={t('oidc.activateWhy')}
        doIt={t('oidc.activateAnyway')}
        onConfirm={() => void activateDraft()}
      />
    </Stack>
  )
}

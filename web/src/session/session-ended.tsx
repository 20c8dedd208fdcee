import { Button, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { type Me, readMe } from '../contract.ts'
import { Note } from '../parts/note.tsx'
import { TroubleNote } from '../parts/trouble-note.tsx'
import { useAct } from '../server/queries.ts'
import { useWords } from '../words/words.tsx'
import { LoginForm } from './login-form.tsx'
import { useSessionAgain, useSessionEnded } from './session.tsx'

/** A dialog may be open when the session ends. */
const aboveDialogs = 400

/** The login above a page whose session ended: what was typed below stays. */
export function SessionEnded({ me }: { me: Me }) {
  const { t } = useWords()
  const sessionAgain = useSessionAgain()
  const look = useAct(readMe)
  const [isNotYet, setNotYet] = useState(false)
  const [isEnded, setEnded] = useSessionEnded()
  const goOn = (now: Me) => {
    // Another person must not find the first one's half-filled form.
    if (now.person?.id !== me.person?.id) return location.reload()
    sessionAgain(now)
    setNotYet(false)
    setEnded(false)
  }
  const lookAgain = async () => {
    const now = (await look.run())?.answer
    setNotYet(now?.person === null)
    if (now !== undefined && now.person !== null) goOn(now)
  }
  return (
    <Modal
      opened={isEnded}
      onClose={() => {}}
      withCloseButton={false}
      zIndex={aboveDialogs}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('ended.title')}
    >
      <Stack>
        <Text>{t('ended.lead')}</Text>
        {me.login.oidc && <Text>{t('ended.oidc')}</Text>}
        <LoginForm ways={me.login} returnTo="/" opensTab onLogin={goOn} />
        {me.login.oidc && (
          <>
            {isNotYet && (
              <Note tone="warn" isUrgent>
                {t('ended.notYet')}
              </Note>
            )}
            <TroubleNote trouble={look.trouble} />
            <Button variant="default" loading={look.isRunning} onClick={() => void lookAgain()}>
              {t('ended.back')}
            </Button>
          </>
        )}
      </Stack>
    </Modal>
  )
}

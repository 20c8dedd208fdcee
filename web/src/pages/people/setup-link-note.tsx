import { Text } from '@mantine/core'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Note } from '../../parts/note.tsx'
import { useWords } from '../../words/words.tsx'

export interface SetupLink {
  readonly setupUrl: string
  readonly expiresAtMs: number
}

/** A one-time setup link, to hand to its person. */
export function SetupLinkNote({ link, name }: { link: SetupLink; name: string }) {
  const { t, dateTime } = useWords()
  return (
    <Note tone="info">
      <Text mb="xs">{t('person.link', { name, when: dateTime(link.expiresAtMs) })}</Text>
      <div className="ww-secret" style={{ marginBottom: '.6rem' }}>
        {link.setupUrl}
      </div>
      <CopyButton text={link.setupUrl} />
    </Note>
  )
}

import { Button, PasswordInput, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useWords } from '../../words/words.tsx'
import { AddForm, emptyDraft } from './add-form.tsx'
import { Found } from './found.tsx'
import { isUri, readSecret } from './read-secret.ts'
import { useCandidates } from './use-candidates.ts'

/** A link or a secret, checked at every key press; the rest of the form appears once it is right. */
export function TextSource() {
  const { t, problemText, remarkText } = useWords()
  const [text, setText] = useState('')
  const [draft, setDraft] = useState(emptyDraft)
  const candidates = useCandidates()
  const read = readSecret(text)
  const type = (next: string) => {
    setText(next)
    // A link says itself what it is of; a mended secret is of what was typed below it.
    if (isUri(next)) setDraft(emptyDraft)
  }
  const forget = () => {
    setText('')
    setDraft(emptyDraft)
  }
  if (candidates.found !== null) {
    return (
      <Found
        found={candidates.found}
        onAgain={() => {
          forget()
          candidates.reset()
        }}
      />
    )
  }
  return (
    <>
      <Surface>
        <Stack>
          <PasswordInput
            label={t('add.input')}
            description={t('add.inputHint')}
            autoComplete="off"
            spellCheck={false}
            size="md"
            error={read.kind === 'wrong' ? problemText(read.code, read.message) : null}
            styles={{ innerInput: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={text}
            onChange={(event) => type(event.currentTarget.value)}
          />
          {read.kind === 'migration' && (
            <Note tone="info">
              <Text mb="xs">{t('add.migration')}</Text>
              <Button variant="light" loading={candidates.isReading} onClick={() => void candidates.read({ text })}>
                {t('do.next')}
              </Button>
            </Note>
          )}
          {read.kind === 'secret' &&
            read.warnings.map((warning) => (
              <Note key={warning.message} tone="warn">
                {remarkText(warning)}
              </Note>
            ))}
          <TroubleNote trouble={candidates.trouble} />
        </Stack>
      </Surface>
      {read.kind === 'secret' && (
        <AddForm key={read.secretBase32} read={read} draft={draft} onDraft={setDraft} onAdded={forget} />
      )}
    </>
  )
}

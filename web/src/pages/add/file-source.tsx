import { Button, PasswordInput, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useWords } from '../../words/words.tsx'
import { DropZone } from './drop-zone.tsx'
import { FileNote } from './file-note.tsx'
import { Found } from './found.tsx'
import { useCandidates } from './use-candidates.ts'

/** A file another authenticator exported, with its password where it has one. */
export function FileSource() {
  const { t } = useWords()
  const candidates = useCandidates()
  const [file, setFile] = useState<File | null>(null)
  const [password, setPassword] = useState('')
  const { found } = candidates
  const read = (chosen: File) => {
    setFile(chosen)
    void candidates.read({ file: chosen, fileName: chosen.name })
  }
  const open = (event: FormEvent) => {
    event.preventDefault()
    if (file !== null) void candidates.read({ file, fileName: file.name, password })
  }
  const again = () => {
    setFile(null)
    setPassword('')
    candidates.reset()
  }
  const isLocked = candidates.trouble?.code === 'import_password_wrong' || found?.needsPassword === true
  if (file !== null && isLocked) {
    return (
      <Surface>
        <form onSubmit={open}>
          <Stack>
            <PasswordInput
              label={t('image.password')}
              description={t('image.passwordHint')}
              autoComplete="off"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <FileNote fault={candidates.fault} />
            <TroubleNote trouble={candidates.trouble} />
            <Button type="submit" loading={candidates.isReading}>
              {t('image.open')}
            </Button>
          </Stack>
        </form>
      </Surface>
    )
  }
  if (found !== null) return <Found found={found} onAgain={again} />
  return (
    <Stack>
      <DropZone
        title={t('image.dropFile')}
        hint={t('image.fileHint')}
        accept="*/*"
        isBusy={candidates.isReading}
        onFile={read}
      />
      <FileNote fault={candidates.fault} />
      <TroubleNote trouble={candidates.trouble} />
    </Stack>
  )
}

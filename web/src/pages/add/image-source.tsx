import { Button, Stack } from '@mantine/core'
import { IconCamera } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useState } from 'react'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useWords, type WordKey } from '../../words/words.tsx'
import { CameraView } from './camera-view.tsx'
import { DropZone } from './drop-zone.tsx'
import { FileNote } from './file-note.tsx'
import { Found } from './found.tsx'
import { useCandidates } from './use-candidates.ts'

interface ImageSourceProps {
  readonly isActive: boolean
  /** An image was pasted while another tab was open. */
  onPasted(): void
}

/** A QR code as an image: dropped, pasted, chosen or held before the camera. */
export function ImageSource({ isActive, onPasted }: ImageSourceProps) {
  const { t } = useWords()
  const candidates = useCandidates()
  const [isCamera, setCamera] = useState(false)
  const [isWithoutCode, setWithoutCode] = useState(false)
  const [cameraTrouble, setCameraTrouble] = useState<WordKey | null>(null)
  const read = async (file: File) => {
    setWithoutCode(false)
    setCameraTrouble(null)
    const found = await candidates.read({ file, fileName: file.name })
    if (found !== null && found.candidates.length === 0) {
      setWithoutCode(true)
      candidates.reset()
    }
  }
  const openCamera = () => {
    setCameraTrouble(null)
    setCamera(true)
  }
  const lookAt = async (frame: Blob) => {
    const found = await candidates.read({ file: frame })
    // Trouble ends the looking and is said: the next frame would meet the same.
    if (found === null) setCamera(false)
    return found === null || found.candidates.length > 0
  }
  usePastedImage((file) => {
    onPasted()
    void read(file)
  })
  const { found } = candidates
  if (found !== null && found.candidates.length > 0) return <Found found={found} onAgain={candidates.reset} />
  return (
    <Stack>
      {isCamera && isActive ? (
        <CameraView
          onFrame={lookAt}
          onStop={() => {
            candidates.reset()
            setCamera(false)
          }}
          onFailed={(why) => {
            setCameraTrouble(why)
            setCamera(false)
          }}
        />
      ) : (
        <DropZone
          title={t('image.drop')}
          hint={t('image.paste')}
          accept="image/*"
          isBusy={candidates.isReading}
          onFile={(file) => void read(file)}
        >
          <Button variant="default" leftSection={<IconCamera size={17} />} onClick={openCamera}>
            {t('image.camera')}
          </Button>
        </DropZone>
      )}
      {cameraTrouble !== null && (
        <Note tone="warn" isUrgent>
          {t(cameraTrouble)}
        </Note>
      )}
      {isWithoutCode && (
        <Note tone="warn" isUrgent>
          {t('image.noCode')}
        </Note>
      )}
      <FileNote fault={candidates.fault} />
      {!isCamera && <TroubleNote trouble={candidates.trouble} />}
    </Stack>
  )
}

function usePastedImage(onImage: (file: File) => void): void {
  const take = useEffectEvent(onImage)
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'))
      if (file !== undefined) take(file)
    }
    addEventListener('paste', onPaste)
    return () => removeEventListener('paste', onPaste)
  }, [])
}

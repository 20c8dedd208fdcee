import { Button, Group, Text } from '@mantine/core'
import { IconFile, IconQrcode } from '@tabler/icons-react'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { useWords } from '../../words/words.tsx'

interface DropZoneProps {
  readonly title: string
  readonly hint: string
  /** What the file dialog offers. */
  readonly accept: string
  readonly isBusy: boolean
  /** Beside the button that opens the file dialog. */
  readonly children?: ReactNode
  onFile(file: File): void
}

/** Takes a dropped or chosen file. */
export function DropZone({ title, hint, accept, isBusy, children, onFile }: DropZoneProps) {
  const { t } = useWords()
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file !== undefined) onFile(file)
  }
  const Icon = accept.startsWith('image') ? IconQrcode : IconFile
  return (
    <div
      className="ww-drop"
      {...(isOver ? { 'data-over': '' } : {})}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <div className="ww-face-icon" aria-hidden="true">
        <Icon size={28} stroke={1.6} />
      </div>
      <Text fw={560}>{title}</Text>
      <Text c="dimmed" size="sm" maw="44ch">
        {hint}
      </Text>
      <Group mt="sm" justify="center">
        <Button variant="default" loading={isBusy} onClick={() => input.current?.click()}>
          {t('image.choose')}
        </Button>
        {children}
      </Group>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        aria-label={t('image.choose')}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          if (file !== undefined) onFile(file)
          // The same file may be chosen again after a mistake.
          event.currentTarget.value = ''
        }}
      />
    </div>
  )
}

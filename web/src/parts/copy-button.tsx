import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { copyCode, copyText } from '../codes/clipboard.ts'
import { serverClock } from '../server/clock.ts'
import { useWords } from '../words/words.tsx'
import { useAnnounce } from './announcer.tsx'

interface CopyButtonProps {
  readonly text: string
  /** When a code ends and leaves the clipboard again, in the server's time; what is no code stays there. */
  readonly untilMs?: number
}

/** Copies a text and says so. */
export function CopyButton({ text, untilMs }: CopyButtonProps) {
  const { t } = useWords()
  const announce = useAnnounce()
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    const isTaken = await (untilMs === undefined ? copyText(text) : copyCode(text, untilMs - serverClock.nowMs()))
    if (!isTaken) {
      notifications.show({ id: 'copied', message: t('do.copyRefused'), color: 'red' })
      return
    }
    setCopied(true)
    announce(t('do.copied'))
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <Button
      variant="default"
      leftSection={isCopied ? <IconCheck size={16} /> : <IconCopy size={16} />}
      onClick={() => void copy()}
    >
      {isCopied ? t('do.copied') : t('do.copy')}
    </Button>
  )
}

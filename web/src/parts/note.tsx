import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconExclamationCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

const icons = { info: IconInfoCircle, warn: IconAlertTriangle, bad: IconExclamationCircle, good: IconCircleCheck }

interface NoteProps {
  readonly tone: keyof typeof icons
  /** Interrupts a screen reader: for what the visitor must know now. */
  readonly isUrgent?: boolean
  readonly children: ReactNode
}

/** A remark set apart from the text around it. */
export function Note({ tone, isUrgent = false, children }: NoteProps) {
  const Icon = icons[tone]
  return (
    <div className="ww-note" data-tone={tone} {...(isUrgent ? { role: 'alert' } : {})}>
      <Icon size={19} stroke={1.8} aria-hidden />
      <div style={{ minWidth: 0 }}>{children}</div>
    </div>
  )
}

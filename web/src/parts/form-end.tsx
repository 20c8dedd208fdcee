import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Trouble } from '../server/trouble.ts'
import { CancelButton } from './dialog.tsx'
import { TroubleNote } from './trouble-note.tsx'

interface FormEndProps {
  /** The change the form asks for. */
  readonly act: { readonly trouble: Trouble | null; readonly isRunning: boolean }
  /** What has to be there before it can be sent is missing. */
  readonly isIncomplete?: boolean
  /** Whether the fields say all that went wrong. */
  readonly isMarked?: boolean
  onCancel(): void
  /** What sending the form does. */
  readonly children: ReactNode
}

/** How a form in a dialogue ends: what went wrong, the way out, the way on. */
export function FormEnd({ act, isIncomplete = false, isMarked = false, onCancel, children }: FormEndProps) {
  return (
    <>
      <TroubleNote trouble={act.trouble} isMarked={isMarked} />
      <Group justify="flex-end">
        <CancelButton onCancel={onCancel} />
        <Button type="submit" disabled={isIncomplete} loading={act.isRunning}>
          {children}
        </Button>
      </Group>
    </>
  )
}

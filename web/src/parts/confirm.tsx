import { Button, type ButtonProps, Group, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'
import type { Trouble } from '../server/trouble.ts'
import { CancelButton, Dialog, useIsBusy } from './dialog.tsx'
import { TroubleNote } from './trouble-note.tsx'

/** White reads on it in both themes. */
const dangerous = '#b3261e'

interface Question {
  readonly question: string
  readonly why: ReactNode
  /** The word on the button that does it. */
  readonly doIt: string
  /** Whether something is gone afterwards. */
  readonly isDangerous?: boolean
  readonly trouble?: Trouble | null
}

interface ConfirmProps extends Question {
  readonly isOpen: boolean
  onClose(): void
  onConfirm(): void
}

/** A question before something is done. */
export function Confirm({
  question,
  why,
  doIt,
  isDangerous = false,
  trouble = null,
  isOpen,
  onClose,
  onConfirm,
}: ConfirmProps) {
  const isBusy = useIsBusy()
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={question}>
      <Stack>
        <Text component="div">{why}</Text>
        <TroubleNote trouble={trouble} />
        <Group justify="flex-end">
          <CancelButton onCancel={onClose} hasFocus />
          <Button onClick={onConfirm} loading={isBusy} {...(isDangerous ? { color: dangerous } : {})}>
            {doIt}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}

type Asked = Pick<ConfirmProps, 'isOpen' | 'trouble' | 'onClose' | 'onConfirm'>

/**
 * A question that something on the page asks, open until it was done.
 *
 * @param onConfirm - answers whether it was done
 */
export function useQuestion(trouble: Trouble | null, onConfirm: () => Promise<boolean>): Asked & { ask(): void } {
  const [isOpen, { open, close }] = useDisclosure(false)
  // What went wrong the last time is no part of a question that is asked anew.
  const [wasTried, setTried] = useState(false)
  const ask = () => {
    setTried(false)
    open()
  }
  const confirm = async () => {
    setTried(true)
    if (await onConfirm()) close()
  }
  return { ask, isOpen, trouble: wasTried ? trouble : null, onClose: close, onConfirm: () => void confirm() }
}

interface ConfirmButtonProps extends ButtonProps, Question {
  readonly label: ReactNode
  /** Answers whether it was done; the question stays open when not. */
  onConfirm(): Promise<boolean>
}

/** A button that asks before it acts. */
export function ConfirmButton({
  label,
  question,
  why,
  doIt,
  isDangerous = false,
  trouble = null,
  onConfirm,
  ...button
}: ConfirmButtonProps) {
  const { ask, ...asked } = useQuestion(trouble, onConfirm)
  return (
    <>
      <Button variant="default" {...(isDangerous ? { c: 'var(--ww-bad)' } : {})} {...button} onClick={ask}>
        {label}
      </Button>
      <Confirm {...{ question, why, doIt, isDangerous }} {...asked} />
    </>
  )
}

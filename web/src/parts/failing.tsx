import { Component, type ReactNode } from 'react'
import { type Trouble, troubleWithoutAnswer } from '../server/trouble.ts'
import { FailedFace } from './faces.tsx'

const pollMs = 3000

/** A part of the program that did not arrive: browsers say so in a TypeError, each in its own words. */
function isUnloaded(error: unknown): boolean {
  return error instanceof TypeError && /import|module|load/i.test(error.message)
}

interface FailingState {
  readonly trouble: Trouble | null
}

/** Catches a fault of our own, or a page whose program could not be loaded, and offers a way on. */
export class Failing extends Component<{ readonly children: ReactNode }, FailingState> {
  override state: FailingState = { trouble: null }
  #timer: ReturnType<typeof setInterval> | undefined

  static getDerivedStateFromError(error: unknown): FailingState {
    return { trouble: troubleWithoutAnswer(isUnloaded(error) ? 'offline' : 'broken') }
  }

  override componentDidCatch(error: unknown): void {
    if (isUnloaded(error)) this.#timer = setInterval(() => void reloadWhenBack(), pollMs)
  }

  override componentWillUnmount(): void {
    clearInterval(this.#timer)
  }

  override render(): ReactNode {
    const { trouble } = this.state
    return trouble === null ? this.props.children : <FailedFace trouble={trouble} onRetry={() => location.reload()} />
  }
}

async function reloadWhenBack(): Promise<void> {
  const isBack = await fetch('/healthz').then(
    ({ ok }) => ok,
    () => false,
  )
  if (isBack) location.reload()
}

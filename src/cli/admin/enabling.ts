import { Failure } from '../../errors/failure.ts'

/** Flags that switch something on or off. */
export interface EnablingFlags {
  readonly enable: boolean
  readonly disable: boolean
}

/** Whether something is to be enabled; undefined when it stays as it is. @throws {@link Failure} `enabled_twice` */
export function wantedState({ enable, disable }: EnablingFlags): boolean | undefined {
  if (enable && disable) throw new Failure('enabled_twice')
  return enable || disable ? enable : undefined
}

import type { Checkpoint } from '../../audit/checkpoint.ts'
import type { NoticeEvent } from './events.ts'

/** What a webhook outside keeps of a checkpoint: enough to contradict a rewritten audit (docs/guide/audit.md). */
export function checkpointNotice({ chain, sequence, hash, atMs, publicKey, signature }: Checkpoint): NoticeEvent {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return {
    event: 'audit.checkpoint',
    summary: `The audit chain ${chain} stands at event ${sequence}.`,
    fields: { chain, sequence, hash, atMs, publicKey: base64(publicKey), signature: base64(signature) },
  }
}

import { describe, expect, it } from 'vitest'
import { shippedFile } from '../../src/qr/shipped-file.ts'

describe('shippedFile', () => {
  it.each([
    ['file:///app/src/qr/read.ts', 'file:///app/src/qr/thread.ts'],
    ['file:///app/dist/watchword.js', 'file:///app/dist/qr-thread.js'],
    ['file:///app/dist/chunks/read-x1.js', 'file:///app/dist/qr-thread.js'],
  ])('called from %s finds %s', (caller, file) => {
    expect(shippedFile(caller, () => './thread.ts', 'qr-thread.js').href).toBe(file)
  })

  it('does not ask for the source in what ships', () => {
    const missing = (): string => {
      throw new Error('no sources here')
    }
    expect(shippedFile('file:///app/dist/x.js', missing, 'a.wasm').href).toBe('file:///app/dist/a.wasm')
  })
})

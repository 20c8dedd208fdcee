import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { makeCertificate } from '../support/certificate.ts'
import { describeWith, findProgram } from '../support/programs.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/guide/reference-setup.md'), 'utf8')
const site = /```nginx\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

describeWith(['nginx'], 'the nginx block of the reference set-up', () => {
  it('is accepted as it stands, but for the place of the certificate', () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchword-nginx-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    makeCertificate(folder)
    const pasted = site
      .replace('/etc/nginx/tls/site.crt', join(folder, 'cert.pem'))
      .replace('/etc/nginx/tls/site.key', join(folder, 'key.pem'))
      .replace('listen 443 ssl', `listen unix:${folder}/socket ssl`)
    const config = join(folder, 'nginx.conf')
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder}/t;`,
    )
    const around = `pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${temporary.join(' ')}`
    writeFileSync(config, `${around}\n${pasted}\n}\n`)
    const { status, stderr } = spawnSync(findProgram('nginx') ?? '', ['-t', '-c', config], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, expect.stringContaining('successful')])
  })

  it('keeps checks inside, and lets long views and large files through', () => {
    expect(site).toContain('location /check/ { return 404; }')
    expect(site).toContain('proxy_read_timeout 1h;')
    expect(Number(/client_max_body_size (\d+)m;/.exec(site)?.[1])).toBeGreaterThan(32)
  })
})

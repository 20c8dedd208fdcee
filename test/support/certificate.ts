import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate that nobody but whoever is told to trusts. */
export interface OwnCertificate {
  readonly key: Buffer
  readonly cert: Buffer
  /** The certificate's file, for whoever shall trust it. */
  readonly path: string
}

/** Makes one for 127.0.0.1 with openssl. */
export function makeCertificate(folder: string): OwnCertificate {
  const [key, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', path]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', ...made, ...subject], { stdio: 'ignore' })
  return { key: readFileSync(key), cert: readFileSync(path), path }
}

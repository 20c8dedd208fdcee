import type { Migration } from '../migration.ts'

/**
 * Ways to what logins leave behind: sources nobody logs in from any more, and sign-ins of commands, which strangers may
 * begin from as many addresses as they have.
 */
export const loginsByTime: Migration = {
  version: 4,
  statements: () => [
    'create index login_source_by_acceptance on login_source (accepted_at_ms)',
    'create index device_grant_by_address on device_grant (address)',
    'create index device_grant_by_person on device_grant (person_id)',
    'create index device_grant_by_expiry on device_grant (expires_at_ms)',
  ],
}

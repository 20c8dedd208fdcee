import { type ColumnTypes, columnTypes, type Migration } from '../migration.ts'

/** The first schema: every table of `tables.ts` and what they are looked up by. */
export const first: Migration = {
  version: 1,
  statements: (engine) => {
    const types = columnTypes(engine)
    return [
      ...keysAndSettings(types),
      ...audit(types),
      ...realms(types),
      ...people(types),
      ...access(types),
      ...vault(types),
      ...lookups,
    ]
  },
}

const keysAndSettings = ({ whole, bytes, counting, strict }: ColumnTypes): string[] => [
  `create table data_key (
    id text primary key,
    purpose text not null,
    owner_id text,
    sealed_key ${bytes} not null,
    root_key_id text not null,
    created_at_ms ${whole} not null,
    retired_at_ms ${whole}
  ) ${strict}`,
  `create table key_canary (
    id text primary key,
    root_key_id text not null,
    sealed ${bytes} not null,
    created_at_ms ${whole} not null
  ) ${strict}`,
  `create table setting (
    "key" text primary key,
    value text not null,
    updated_at_ms ${whole} not null
  ) ${strict}`,
  `create table change (
    seq ${counting},
    kind text not null,
    object_id text not null,
    at_ms ${whole} not null
  ) ${strict}`,
  `create table outbox (
    id text primary key,
    kind text not null,
    target text not null,
    body text not null,
    state text not null,
    attempts ${whole} not null,
    next_at_ms ${whole} not null,
    last_error text,
    created_at_ms ${whole} not null,
    sent_at_ms ${whole}
  ) ${strict}`,
  `create table webhook (
    id text primary key,
    url text not null,
    events text not null,
    enabled ${whole} not null,
    created_at_ms ${whole} not null
  ) ${strict}`,
]

const audit = ({ whole, bytes, word, strict, clustered }: ColumnTypes): string[] => [
  `create table audit_chain (
    id text primary key,
    sequence ${whole} not null,
    hash ${bytes} not null,
    hmac ${bytes} not null,
    started_at_ms ${whole} not null,
    pruned_sequence ${whole} not null
  ) ${strict}`,
  `create table audit_event (
    chain_id text not null,
    sequence ${whole} not null,
    at_ms ${whole} not null,
    body text not null,
    hash ${bytes} not null,
    primary key (chain_id, sequence)
  ) ${clustered}`,
  `create table audit_index (
    chain_id text not null,
    sequence ${whole} not null,
    at_ms ${whole} not null,
    action ${word} not null,
    actor_id text not null,
    object_kind text not null,
    object_id text not null,
    realm_id text,
    outcome text not null,
    primary key (chain_id, sequence)
  ) ${clustered}`,
  `create table audit_checkpoint (
    id text primary key,
    chain_id text not null,
    sequence ${whole} not null,
    at_ms ${whole} not null,
    hash ${bytes} not null,
    public_key ${bytes} not null,
    signature ${bytes} not null
  ) ${strict}`,
]

const realms = ({ whole, bytes, strict, clustered }: ColumnTypes): string[] => [
  `create table realm (
    id text primary key,
    name text not null unique,
    issuer_label text not null,
    contact text not null,
    algorithm text not null,
    digits ${whole} not null,
    period_seconds ${whole} not null,
    window_back ${whole} not null,
    window_forward ${whole} not null,
    replay text not null,
    readback text not null,
    lockout text,
    enabled ${whole} not null,
    origin text not null,
    doors text not null,
    data_key_id text not null references data_key (id),
    created_at_ms ${whole} not null,
    updated_at_ms ${whole} not null
  ) ${strict}`,
  `create table subject (
    id text primary key,
    realm_id text not null references realm (id) on delete cascade,
    name text not null,
    name_key text not null,
    number ${whole} not null,
    email text not null,
    enabled ${whole} not null,
    sealed_secret ${bytes},
    algorithm text,
    digits ${whole},
    period_seconds ${whole},
    pending_secret ${bytes},
    pending_until_ms ${whole},
    pending_by text,
    enrolled_at_ms ${whole},
    created_at_ms ${whole} not null,
    updated_at_ms ${whole} not null,
    unique (realm_id, name)
  ) ${strict}`,
  `create table subject_state (
    subject_id text primary key references subject (id) on delete cascade,
    highest_step ${whole} not null,
    spent_steps ${whole} not null,
    drift_steps ${whole} not null,
    secret_version ${whole} not null,
    unknown_failures ${whole} not null,
    unknown_step ${whole} not null,
    unknown_step_failures ${whole} not null,
    unknown_wait_until_ms ${whole} not null,
    total_failures ${whole} not null,
    lift_step ${whole} not null,
    last_verified_at_ms ${whole} not null
  ) ${clustered}`,
  `create table subject_source (
    subject_id text not null references subject (id) on delete cascade,
    source_hash ${bytes} not null,
    accepted_at_ms ${whole} not null,
    window_started_at_ms ${whole} not null,
    failures ${whole} not null,
    primary key (subject_id, source_hash)
  ) ${clustered}`,
  `create table enrolment_link (
    id text primary key,
    token_hash ${bytes} not null unique,
    subject_id text not null references subject (id) on delete cascade,
    expires_at_ms ${whole} not null,
    used_at_ms ${whole},
    created_at_ms ${whole} not null
  ) ${strict}`,
  `create table verdict_memo (
    key_hash ${bytes} primary key,
    subject_id text not null,
    body_hash ${bytes} not null,
    verdict text not null,
    at_ms ${whole} not null
  ) ${strict}`,
  `create table import_job (
    id text primary key,
    kind text not null,
    realm_id text,
    state text not null,
    total ${whole} not null,
    done ${whole} not null,
    sealed_input ${bytes},
    report text not null,
    created_by text not null,
    created_at_ms ${whole} not null,
    updated_at_ms ${whole} not null
  ) ${strict}`,
]

const people = ({ whole, bytes, strict }: ColumnTypes): string[] => [
  `create table person (
    id text primary key,
    username text not null,
    username_key text not null unique,
    display_name text not null,
    email text not null,
    source text not null,
    oidc_issuer text,
    oidc_subject text,
    role text not null,
    disabled ${whole} not null,
    passphrase_hash text,
    legacy_passphrase text,
    preferences text not null,
    last_seen_at_ms ${whole},
    created_at_ms ${whole} not null,
    updated_at_ms ${whole} not null,
    unique (oidc_issuer, oidc_subject)
  ) ${strict}`,
  `create table "group" (
    id text primary key,
    name text not null unique,
    source text not null,
    role text not null,
    may_add_accounts ${whole} not null,
    created_at_ms ${whole} not null
  ) ${strict}`,
  `create table person_group (
    person_id text not null references person (id) on delete cascade,
    group_id text not null references "group" (id) on delete cascade,
    source text not null,
    primary key (person_id, group_id, source)
  ) ${strict}`,
  `create table passkey (
    id text primary key,
    person_id text not null references person (id) on delete cascade,
    name text not null,
    credential_id text not null unique,
    public_key ${bytes} not null,
    sign_count ${whole} not null,
    transports text not null,
    created_at_ms ${whole} not null,
    last_used_at_ms ${whole}
  ) ${strict}`,
  `create table login_source (
    person_id text not null references person (id) on delete cascade,
    source_hash ${bytes} not null,
    accepted_at_ms ${whole} not null,
    failures ${whole} not null,
    wait_until_ms ${whole} not null,
    primary key (person_id, source_hash)
  ) ${strict}`,
  `create table recovery_code (
    person_id text not null references person (id) on delete cascade,
    code_hash ${bytes} not null,
    spent_at_ms ${whole},
    primary key (person_id, code_hash)
  ) ${strict}`,
]

const access = ({ whole, bytes, strict }: ColumnTypes): string[] => [
  `create table session (
    id text primary key,
    kind text not null,
    token_hash ${bytes} not null unique,
    person_id text references person (id) on delete cascade,
    factors text not null,
    authenticated_at_ms ${whole} not null,
    created_at_ms ${whole} not null,
    last_seen_at_ms ${whole} not null,
    expires_at_ms ${whole} not null,
    idle_ms ${whole} not null,
    address text not null,
    user_agent text not null,
    oidc_session text,
    data text not null
  ) ${strict}`,
  `create table access_token (
    id text primary key,
    name text not null,
    token_hash ${bytes} unique,
    legacy_bcrypt text,
    owner_kind text not null,
    person_id text references person (id) on delete cascade,
    realm_id text references realm (id) on delete cascade,
    scopes text not null,
    gate_limits text,
    created_by text not null,
    created_at_ms ${whole} not null,
    expires_at_ms ${whole},
    last_used_at_ms ${whole},
    suspended ${whole} not null
  ) ${strict}`,
  `create table device_grant (
    id text primary key,
    device_hash ${bytes} not null unique,
    user_code text not null,
    client_name text not null,
    address text not null,
    state text not null,
    person_id text references person (id) on delete cascade,
    token_id text,
    created_at_ms ${whole} not null,
    expires_at_ms ${whole} not null
  ) ${strict}`,
  `create table one_time (
    token_hash ${bytes} primary key,
    kind text not null,
    data text not null,
    created_at_ms ${whole} not null,
    expires_at_ms ${whole} not null
  ) ${strict}`,
]

const vault = ({ whole, bytes, strict }: ColumnTypes): string[] => [
  `create table account (
    id text primary key,
    label text not null,
    identifier text not null,
    public_key text not null,
    issuer text not null,
    url text not null,
    tags text not null,
    note text not null,
    type text not null,
    algorithm text not null,
    digits ${whole} not null,
    period_seconds ${whole} not null,
    counter ${whole} not null,
    sealed_secret ${bytes} not null,
    secret_hash ${bytes} not null,
    previous_secret ${bytes},
    previous_until_ms ${whole},
    secret_version ${whole} not null,
    lease text not null,
    step_up text not null,
    marked ${whole} not null,
    rotate_reason text,
    rotate_since_ms ${whole},
    created_by text not null,
    created_at_ms ${whole} not null,
    updated_at_ms ${whole} not null,
    deleted_at_ms ${whole}
  ) ${strict}`,
  `create table account_grant (
    id text primary key,
    account_id text not null references account (id) on delete cascade,
    grantee_kind text not null,
    grantee_id text not null,
    "right" text not null,
    expires_at_ms ${whole},
    granted_by text not null,
    created_at_ms ${whole} not null
  ) ${strict}`,
  `create table account_custody (
    id text primary key,
    account_id text not null references account (id) on delete cascade,
    secret_version ${whole} not null,
    person_id text,
    person_name text not null,
    how text not null,
    note text not null,
    at_ms ${whole} not null
  ) ${strict}`,
  `create table account_lease (
    account_id text not null references account (id) on delete cascade,
    step ${whole} not null,
    holder_id text not null,
    holder_name text not null,
    at_ms ${whole} not null,
    primary key (account_id, step)
  ) ${strict}`,
  `create table favourite (
    person_id text not null references person (id) on delete cascade,
    account_id text not null references account (id) on delete cascade,
    primary key (person_id, account_id)
  ) ${strict}`,
]

const lookups = [
  'create index change_by_time on change (at_ms)',
  'create index outbox_due on outbox (state, next_at_ms)',
  'create index audit_by_time on audit_index (at_ms, chain_id, sequence)',
  'create index audit_by_actor on audit_index (actor_id, at_ms, chain_id, sequence)',
  'create index audit_by_object on audit_index (object_id, at_ms, chain_id, sequence)',
  'create index audit_by_action on audit_index (action, at_ms, chain_id, sequence)',
  'create index audit_by_realm on audit_index (realm_id, at_ms, chain_id, sequence)',
  'create index audit_by_outcome on audit_index (outcome, at_ms, chain_id, sequence)',
  'create index audit_checkpoint_by_chain on audit_checkpoint (chain_id, sequence)',
  'create index subject_by_name_key on subject (realm_id, name_key)',
  'create index subject_by_number on subject (realm_id, number)',
  'create index subject_by_enrolment on subject (pending_until_ms)',
  'create index enrolment_link_by_subject on enrolment_link (subject_id)',
  'create index verdict_memo_by_time on verdict_memo (at_ms)',
  'create index person_group_by_group on person_group (group_id)',
  'create index passkey_by_person on passkey (person_id)',
  'create index session_by_person on session (person_id, kind)',
  'create index session_by_expiry on session (expires_at_ms)',
  'create index session_by_oidc on session (oidc_session)',
  'create index access_token_by_person on access_token (person_id)',
  'create index access_token_by_realm on access_token (realm_id)',
  'create index device_grant_by_code on device_grant (user_code)',
  'create index one_time_by_expiry on one_time (expires_at_ms)',
  'create index account_by_identifier on account (identifier)',
  'create index account_by_public_key on account (public_key)',
  'create index account_by_secret on account (secret_hash)',
  'create unique index account_grant_once on account_grant (account_id, grantee_kind, grantee_id, "right")',
  'create index account_grant_by_grantee on account_grant (grantee_kind, grantee_id)',
  'create index account_custody_by_account on account_custody (account_id)',
  'create index account_custody_by_person on account_custody (person_id)',
  'create index favourite_by_account on favourite (account_id)',
]

/** The audit chain. */
export const auditFailures = {
  audit_cursor_invalid: 'The cursor is not one of a page of the audit. Start again without it.',
  audit_export_unreadable:
    'This is no whole audit export ({reason}). Give the file that "watchword audit export --jsonl" wrote without filters.',
  audit_prune_broken:
    'The events that would be removed do not verify, so all of them stay: {problem} Run "watchword audit verify", keep the evidence, and see the runbook for a broken chain.',
  audit_prune_future: 'The moment lies in the future: every event would be removed. Name one that has passed.',
  audit_export_exists:
    'The file {file} is there already, perhaps an earlier export. Nothing was written; choose another name.',
  audit_prune_unconfirmed:
    'Removed events do not come back. Give --yes if you mean it, or run it on a terminal and answer there.',
  audit_head_forged:
    'The head of audit chain {chain} was altered outside Watchword, so nothing more is recorded and nothing is answered. Run "watchword audit verify", keep the evidence, and restore a backup.',
  audit_pruned_meanwhile: 'Old events were removed while the export was written, so it is not whole. Export again.',
} as const

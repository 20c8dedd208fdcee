/** The audit chain. */
export const auditFailures = {
  audit_cursor_invalid: 'The cursor is not one of a page of the audit. Start again without it.',
  audit_export_unreadable:
    'This is no whole audit export ({reason}). Give the file that "watchword audit export --jsonl" wrote without filters.',
  audit_head_forged:
    'The head of audit chain {chain} was altered outside Watchword, so nothing more is recorded and nothing is answered. Run "watchword audit verify", keep the evidence, and restore a backup.',
  audit_pruned_meanwhile: 'Old events were removed while the export was written, so it is not whole. Export again.',
} as const

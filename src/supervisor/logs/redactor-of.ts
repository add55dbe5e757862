import { secretTag } from '../../shared/log/secret-tag.ts'
import { createRedactor } from '../../shared/redact/redactor.ts'

/**
 * Takes secrets out of text: these exactly, and whatever looks like one; and telephone numbers. The incident bundle is made with
 * it too: home folders stay in their paths there, for a line of the audit is evidence as it was written or not at all.
 */
export const redactorOf = (secrets: readonly string[]): ((text: string) => string) =>
  createRedactor({ secrets, tag: secretTag })

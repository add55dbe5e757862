/** README.txt of a bundle, for whoever gets it: an auditor, a provider's support, the owner in a year. */
export const readmeOf = (incident: string, madeAt: number, what: 'with' | 'without'): string => `\
Clawdbot incident bundle: ${incident}
Made ${new Date(madeAt).toISOString()}, ${what} transcripts.

What is in it
  evidence/     what was known at the stop: the result and its time line in milliseconds, the processes and the
                containers just before, the end of the log, the open sessions, the config without secrets
  audit/        the audit: one record a line, each with the hash of the one before, and signed checkpoints
  checklist.json, lockdown.json, lockdowns.jsonl
                how far the owner has come; the lockdown that holds, if one does; and those before it
  transcripts/  what was said in the sessions concerned; only if the first lines above say so
  manifest.json the SHA-256 and the size of each file, and what was left out and why

Secrets are replaced by marks such as <secret:1a2b3c4d> in angle quotes: the same mark is the same secret. No private
key is in it. Names, ids and phone numbers of people are: give it to nobody who need not know them.

How to check it
  1. Compare the SHA-256 of this zip with the one that was shown when it was made.
  2. For each file of manifest.json compare its SHA-256, such as with: sha256sum <file>
  3. evidence/manifest.json names the files as they were written at the stop; the audit's record of the stop holds that
     manifest's own SHA-256. A file that manifest.json here calls "redacted again" does not fit it any more.
  4. In audit/log-*.jsonl each record's "hash" is the SHA-256 of the bytes of its line that stand before ,"hash": and its
     "prev" is the hash of the line before. The checkpoints and heads are signed, Ed25519, with the other half of
     public-key.pem: over the bytes that stand before ,"sig": and the signature is in hexadecimal.
`

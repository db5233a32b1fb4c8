"""Who did what, when, from where: one append-only table that the database itself refuses to change.

Its lines are sealed in a chain, so that what somebody with the database's own powers changes or takes away is found.

Vocabulary: audit 操作日志(审计), before and after 修改前后, reason 原因, seal 封存, to verify 核验.
Tables: `audit`, `audit_seal`, `audit_unsealed`.
"""

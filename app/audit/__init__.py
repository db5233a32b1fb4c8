"""Who did what, when, from where: one append-only table that the database itself refuses to change.

Vocabulary: audit 操作日志(审计), before and after 修改前后, reason 原因.
Tables: `audit`.
"""

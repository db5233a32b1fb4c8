"""操作日志 and 异动记录 on screen: who did what, and what happened to whom, for those allowed to read it.

Vocabulary: audit 操作日志, change record 异动记录, before 原值, after 新值.
Tables: none (it reads `audit` and `change_record`).
"""

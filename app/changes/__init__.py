"""异动记录: what happened to a person, an account, a class; what users read, beside the audit that operators read.

Vocabulary: change record 异动记录, before 原值, after 新值, source 来源.
Tables: `change_record`.
"""

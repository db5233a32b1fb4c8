"""学生基本信息: what a student keeps up to date, and what is asked of the school where a field is locked (W14).

Vocabulary: student profile 学生基本信息, change request 信息变更申请, locked field 锁定字段, evidence 证明材料,
opinion 审核意见.
Tables: `student_profile`, `change_request`, `change_request_evidence`.
"""

"""The counted fact: what one person has decided, or not, in one plan.

Vocabulary: enrolment 参保, choice 参保/不参保, waiver 弃保, waiver reason 不参保原因, declaration 不参保声明,
unregistered 未登记, pending 待审核, insured 已参保, stopped 停保.
Tables: `enrolment`, `enrolment_evidence`.
"""

"""部门: the offices of a school or authority that its users belong to; no level of the tree.

Vocabulary: department 部门, binding department 关联码部门.
Tables: `department`.
"""

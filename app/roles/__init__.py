"""角色: what each role may do, who holds it, and what an account could do at a place.

Vocabulary: role 角色, permission 权限, built-in role 内置角色, own role 自建角色, holder 持有人.
Tables: none of its own (it reads and changes `role_detail` and Flask-AppBuilder's role tables).
Two extra files: `labels` (the words for resources and verbs) and `grid` (permissions laid out as the menu is).
"""

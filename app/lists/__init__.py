"""How each user wants each list: which columns, how many rows a page (列配置, W6).

Vocabulary: column settings 列配置.
Tables: `list_setting`.
"""

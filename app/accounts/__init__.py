"""Who may sign in, under which names, with which roles at which places.

Vocabulary: account 用户, grant 授权, role 角色, login name 登录名, session 会话, epoch 会话纪元, sign-in 登录.
Tables: `account`, `account_grant`, `role_detail`, `login_name`, `account_session`, `first_run_link`,
`activation_sheet` (beside Flask-AppBuilder's `ab_*`, which keep password digests and role definitions).
Two extra files: `actors` (account → Actor) and `security_manager` (Flask-AppBuilder asks our grants); `prints/` holds
the typst source of the sheets.
"""

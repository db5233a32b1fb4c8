"""Who may do what, and where: permissions, roles, the actor, the scope of a query, the gate.

Words: permission 权限, role 角色, grant 授权, place 范围. Tables: none; accounts hold the grants.
"""

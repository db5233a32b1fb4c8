"""Who may do what, and where: permissions, roles, the actor, the scope of a query, the gate.

Words: permission 权限, role 角色, grant 授权, place 范围. Tables: none; what it knows is code, and accounts hold the grants.
"""

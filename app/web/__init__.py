"""Everything that is Flask or Flask-AppBuilder: requests, screens, errors, the skin, and how features are mounted.

Flask-AppBuilder is a skin: lists, menus, sign-in plumbing. Nothing is decided or written here; views parse, open the
transaction, call one service or query, and render. Tables: none.
"""

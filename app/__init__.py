"""Xuebao 学保: schools and the authorities above them keep their people, enrol them in insurance and trust the figures.

One package a feature, on a staircase that `pyproject.toml` states and import-linter holds: a package imports only what
stands below it. Inside a package a file's name says its kind (`models`, `rules`, `queries`, `services`, `views`, …).
`docs/developers.md` is the map. Tables: none here; each package names its own.
"""

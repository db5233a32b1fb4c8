"""`xuebao bench`: how fast the main work is, measured on a database of its own that is thrown away afterwards.

`world` fills it by SQL, `acts` and `reads` are the things measured, `writers` write meanwhile, `report` writes
`docs/benchmarks.md`, `command` ties them.
"""

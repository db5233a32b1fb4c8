"""Demo data: an invented province, the same for the same number of students, seed and academic year.

The makers (`names`, `people`, `choices`, `tree`, `posts`) are pure: no database, no clock, no randomness but the seed.
`load` writes what they make, `command` is the command line. Nobody can be meant: ID numbers lie in summary areas
(360101) that are not given to persons, school codes have serials from 900001, phones have 0000 in the middle. Source of
weights and of the rows that always occur: spec/domain.md §10.

Vocabulary: demo data 演示数据; edge row 边界样例, a row that systems get wrong (rare characters, 29 February, twins).
"""

"""The first page: the figures of the own place, the places below it, and what waits to be done.

Vocabulary: home 首页, to do 待办. Tables: none.
"""

"""Workbooks in and out: what every import, template and large export stands on. Knows no student.

Vocabulary: workbook 工作簿, sheet 工作表, layout 版式 (a table of columns), heading 表头, table 数据区, template 模板,
error workbook 错误清单.
Tables: none.

Its files are not those of a feature, since it has no tables and no screens. In: `reading.py` starts `child.py`, a
process with limits, which looks a file through (`limits.py`, `package.py` .xlsx, `compound.py` .xls, `plain.py` .csv)
and makes it a `workbook.py`. Understood: `columns.py` says what a layout is; `recognise.py` finds its tables
(`headings.py`, `around.py`, `tables.py`); `values.py` says what a cell means. Out: `template.py`, `answers.py` (error
workbook), `bulk.py` (large exports).
"""

"""Workbooks in and out, and imports: what every list that comes from or goes to Excel stands on. Knows no student.

Vocabulary: workbook 工作簿, sheet 工作表, layout 版式 (a table of columns), heading 表头, table 数据区, template 模板,
error workbook 错误清单, import batch 导入批次, mapping 列的对应关系.
Tables: `import_batch`, `import_row`, `import_mapping`.

An import is a batch that is read, judged, looked at by a person, applied and perhaps undone: `workflow.py` says how,
`work.py` does it for worker and command line, `kinds.py` is what a feature hands over for its own kind of list.
`expiry.py` says how long it is kept, `cli.py` gives each kind its command, `saying.py` says codes in a language. The
other files are tools. In: `reading.py` starts `child.py`, a process with limits, which looks a file through
(`limits.py`, `package.py` .xlsx, `compound.py` .xls, `plain.py` .csv) and makes it a `workbook.py`. Understood:
`columns.py` says what a layout is; `recognise.py` finds its tables (`headings.py`, `around.py`, `tables.py`);
`values.py` says what a cell means. Out: `template.py`, `answers.py` (error workbook, with `faults.py`, and `rapid.py`
for large ones), `bulk.py` (large exports).
"""

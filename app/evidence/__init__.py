"""证明材料: photos and PDF files that a family attaches to what it asks for, seen by who may see that record.

Vocabulary: evidence 证明材料, draft 待提交的材料 (sent, not yet attached to anything).
Tables: none of its own. A file is a `stored_file`; the feature whose record it proves keeps a table of links
(`models.Attached`), so that whoever may read the record, and nobody else, may open the file.

Extra files: `pictures` makes a photo clean (pure); `receiving` and `serving` are what views of other features call.
"""

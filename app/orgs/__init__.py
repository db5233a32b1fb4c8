"""The one tree of places: ministry, province, city, county, school or unit, and whatever a school has below it.

Vocabulary: node 节点, kind 层级, class 班级 (`class_group` 班级 with its class number 班级编号), class set 系(班级组),
cohort 级 (a grade node is the year of entry; its label 七年级, 大三 follows from the
academic year).
Tables: `org_node`, `class_group`, `node_placement`, `class_set`, `class_set_class`.
"""

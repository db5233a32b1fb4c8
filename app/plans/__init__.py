"""Insurance plans: product, cover year, audience, windows, coverage options and the chain of review as data.

Vocabulary: plan 计划(医保计划), product 险种, cover year 参保年度, coverage option 参保年月选项, step 环节,
reporting unit 上报单位(单元), window 时间窗口, reopening 重新开放.
Tables: `plan`, `plan_step`, `coverage_option`, `reporting_unit`, `plan_reopening`.
"""

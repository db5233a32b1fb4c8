"""Figures and rates: how many of those asked are insured, at every node, always equal to the list behind them.

Vocabulary: figure 数字, rate 参保率, total eligible 参保对象总人数, insured 已参保, waived 弃保, pending 待审核,
unregistered 未登记, stopped 停保, waived hardship 弃保贫困生, figure day 每日快照,
submission 上报, drift 变动, opinion 审核意见.
Tables: `plan_figure_delta`, `plan_class_figure`, `plan_school_figure`, `figure_day`, `submission`.
"""

"""A person's time at one school, and the classes it was spent in.

Vocabulary: student 学生, student number 学号, student state 学籍状态, placement 所在班级的历史,
hardship recognition 困难认定, guardian 家长(监护人).
Tables: `student`, `placement`, `hardship_recognition`, `guardian`.
"""

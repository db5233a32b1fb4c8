"""People: one row for every identity, whatever schools the person passed through.

Vocabulary: person 人员; certificate 证件, certificate type 证件类型, certificate number 证件号码;
resident ID number 居民身份证号; household register 户口簿; residence permit 港澳台居民居住证; sex 性别;
birth date 出生日期; ethnicity 民族; pinyin 拼音, initials 拼音首字母; mask 脱敏; student number 学号;
class number 班级编号.

A person holds what is true of the human being (certificate, name, pinyin, sex, birth date, ethnicity). What is true
only inside one school (student number, class, phone) belongs to `students`.

Tables: `person`.
"""

"""One-time codes: activation, binding, registration, upload and download codes come from this one engine.

Vocabulary: activation code 激活码, binding code 关联码, registration code 注册码, upload code 上传码,
download code 下载码, failed try 失败次数.
Tables: `code`, `throttle`. Two extra files: `throttle` counts failed tries (sign-in uses it as well), and `tries`
carries out an act that somebody may guess at, with each failure counted in a transaction of its own.
"""

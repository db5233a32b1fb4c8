"""One-time codes: activation, binding, registration, upload and download codes come from this one engine.

Vocabulary: activation code 激活码, binding code 关联码, registration code 注册码, upload code 上传码,
download code 下载码.
Tables: `code`.
"""

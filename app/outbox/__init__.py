"""Mails waiting to leave: written in the transaction of the act they tell of, sent by the worker.

Vocabulary: outbox 发件箱.
Tables: `outbox`.
"""

"""Tools that know no word of schools or insurance: database, clock, errors, locks, keys, files, queue, schedule.

Tables: `job`, `fire`, `idempotency`, `stored_file`. Nothing here imports anything above it, and nothing here knows
Flask (the one exception: `db` shares the metadata of Flask-AppBuilder, so that one migration history owns every table).
"""

"""Backs a PostgreSQL database and the objects of an S3 store up, and restores them.

This package travels in variables, one for each file, and runs by itself, with PostgreSQL's own programs, GnuPG and
boto3. What it works with stands in its environment: `PGHOST` and its kin, the store (`OBJECTS_…`), a folder
(`BACKUP_FOLDER`) and perhaps a bucket off site (`BACKUP_BUCKET` …). All that it writes can be read without it:

    postgres/<time>.dump.gpg   gpg --decrypt, then pg_restore
    objects/<time>.json.gpg    gpg --decrypt: where each object was, and which file below has its content
    objects/data/<key>.gpg     gpg --decrypt: an object, which the lists of several times may share
"""

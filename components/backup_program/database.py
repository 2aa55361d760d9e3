"""A database as a dump, and a dump as a database."""

import subprocess
import tempfile
from pathlib import Path

from .encryption import Encryption
from .messages import BackupError

EMPTY = b"""
BEGIN;
SET LOCAL lock_timeout = '60s';
DO $$
DECLARE schema name; owner regrole; rights aclitem[]; description text; granted record;
BEGIN
  SELECT nspowner, nspacl, obj_description(oid, 'pg_namespace') INTO owner, rights, description
    FROM pg_namespace WHERE nspname = 'public';
  FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', schema);
  END LOOP;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
  EXECUTE format('CREATE SCHEMA public AUTHORIZATION %s', coalesce(owner::text, 'CURRENT_USER'));
  EXECUTE format('COMMENT ON SCHEMA public IS %L', description);
  FOR granted IN SELECT * FROM aclexplode(rights) LOOP
    EXECUTE format('GRANT %s ON SCHEMA public TO %s', granted.privilege_type,
      CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE granted.grantee::regrole::text END);
  END LOOP;
END $$;
"""
"""Begins a transaction in which the database holds nothing, with its schema `public` as it was.

Tables that are newer than a backup would stand in its way, or in that of the migrations that follow.
"""


def dump(encryption: Encryption, target: Path) -> None:
    """Dump the database into an encrypted file.

    Raises:
        BackupError: It can't be read, or the dump can't be read back.
    """
    with subprocess.Popen(["pg_dump", "--format=custom"], stdout=subprocess.PIPE) as dumping:
        assert dumping.stdout  # noqa: S101  # it is a pipe
        encryption.encrypt(dumping.stdout, target)
    if dumping.returncode:
        raise BackupError("pg_dump failed; its words stand above")
    # A dump counts when it was read back to its end.
    encryption.decrypt_for(target, "pg_restore", "--file=/dev/null")


def replace(encryption: Encryption, encrypted: Path) -> None:
    """Put a dump in the place of all that the database holds.

    Only a dump that was read to its end is followed by the word that makes it count.

    Raises:
        BackupError: It can't be done; the database is as it was.
    """
    # Roles are not part of a dump, so nothing is given to any but the user that restores.
    reader = ("pg_restore", "--no-owner", "--no-privileges", "--file=-")
    psql = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    broken: BackupError | None = None
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            psql, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, bufsize=0
        ) as session:
            assert session.stdin  # noqa: S101  # it is a pipe
            try:
                session.stdin.write(EMPTY)
                encryption.decrypt_for(encrypted, *reader, output=session.stdin)
                session.stdin.write(b"COMMIT;\n")
            except BackupError as error:
                broken = error
            except BrokenPipeError:
                pass  # psql has ended, and says below why.
        if session.returncode:
            said.seek(0)
            raise BackupError(f"psql failed: {said.read().decode(errors='replace').strip()}")
    if broken:
        raise broken

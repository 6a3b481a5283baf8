#!/bin/sh
# Installs what the tests need beyond npm's packages, when it is absent: Chromium for the browser tests, autobahn-python for the
# interoperability tests, a PostgreSQL server whose private clusters the tests start themselves.
set -eu

missing=''
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
/usr/bin/python3 -c 'import autobahn' >/dev/null 2>&1 || missing="$missing python3-autobahn"
# autobahn-python speaks CBOR only with it.
/usr/bin/python3 -c 'import cbor2' >/dev/null 2>&1 || missing="$missing python3-cbor2"
# It signs for cryptosign, and derives for scram, with these.
/usr/bin/python3 -c 'import nacl' >/dev/null 2>&1 || missing="$missing python3-nacl"
/usr/bin/python3 -c 'import argon2' >/dev/null 2>&1 || missing="$missing python3-argon2"
/usr/bin/python3 -c 'import passlib' >/dev/null 2>&1 || missing="$missing python3-passlib"
# Debian keeps the server's programs off the PATH, one folder a major version.
command -v php >/dev/null 2>&1 || missing="$missing php-cli"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The tests need$missing (names of Debian's packages), and this system has no apt-get to install them with." >&2
  exit 1
fi

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

echo "Installing$missing for the tests."
as_root apt-get update -qq
# A list of packages: the words are meant to be split. sudo drops the environment, so env comes after it.
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null

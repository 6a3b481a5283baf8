"""Prints a ticket for Expressway: python3 ticket.py KEY_FILE ROLE"""

import base64
import hashlib
import hmac
import pathlib
import secrets
import sys
import time


def make_ticket(key: bytes, role: str, seconds: int = 60) -> str:
    signed = f"v1.{secrets.token_hex(16)}.{int(time.time()) + seconds}.{role}"
    mac = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


key_file, role = sys.argv[1:]
print(make_ticket(pathlib.Path(key_file).read_bytes().rstrip(b"\r\n"), role))

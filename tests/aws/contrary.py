"""Evidence of the contrary, row by row: none of it may pass for what we take to be true. Run by the tests."""

import json

import rows

CHALLENGE = "nobody:\nHTTP/1.1 {} X\r\nWWW-Authenticate: {}\r\n\r\nempty password:\nHTTP/1.1 401 X\r\nwww-authenticate: Basic realm=x\r\n"
LOOKED = {"id": "network.api.dns", "status": "warning", "detail": "codeartifact.eu-west-1.amazonaws.com is the public address 3.4.5.6"}
HANDLE, ROLE = ("Memory1", "x", "t"), ("Role", "y", "t")


def machine(**found):
    told = {row.id: row.verdict for row in rows.of_machine(found, "eu-west-1")}
    return lambda id: told[id]


def verdict(row):
    return row.verdict


checked = machine(**{"check.json": json.dumps({"ok": False, "checks": [LOOKED | {"status": "failed"}]})})
proved = {word: machine(**{"prove.json": json.dumps({"proofs": [{"id": "x", "status": word}]})}) for word in ("failed", "open")}
started = machine(**{"on-start": "studio-mirror: NOT logged in after 9 s (125)\n", "on-start.code": "1\n", "pip": "six 1\n", "pip.code": "1\n"})
told = [
    (checked("api-dns"), rows.DIFFERS),
    (checked("check"), rows.DIFFERS),
    (proved["failed"]("guard-rails"), rows.DIFFERS),
    (proved["open"]("guard-rails"), rows.OPEN),
    (started("login"), rows.DIFFERS),
    (started("pip"), rows.DIFFERS),
    (started("npm"), rows.DIFFERS),
    (started("api-dns"), rows.OPEN),
    (verdict(rows.of_challenge(CHALLENGE.format(401, "Basic realm=x"))), rows.OK),
    (verdict(rows.of_challenge(CHALLENGE.format(403, "Basic realm=x"))), rows.DIFFERS),
    (verdict(rows.of_challenge(CHALLENGE.format(401, "Bearer"))), rows.DIFFERS),
    (verdict(rows.of_challenge("curl: (28) timed out")), rows.DIFFERS),
    (verdict(rows.of_bound_policy(CHALLENGE.format(401, "Basic"))), rows.DIFFERS),
    (verdict(rows.of_bound_policy("curl: (28) timed out")), rows.OPEN),
    (verdict(rows.of_bucket("arn:aws:s3:::assets-1-eu-west-1", "eu-west-1", "arn:aws:s3:::assets-1-eu-west-1/*")), rows.DIFFERS),
    (verdict(rows.of_bucket("arn:aws:s3:::assets-123456789012-eu-west-1", "eu-west-1", "*")), rows.DIFFERS),
    (verdict(rows.of_memory([HANDLE, ROLE], [("Memory2", "z", "t"), ROLE])), rows.OK),
    (verdict(rows.of_memory([HANDLE, ROLE], [HANDLE, ROLE])), rows.DIFFERS),
    (verdict(rows.of_memory([HANDLE, ROLE], [("Memory2", "z", "t"), ("Role", "y", "later")])), rows.DIFFERS),
    (verdict(rows.of_expired("An error occurred (ExpiredToken)")), rows.DIFFERS),
]
wrong = [at for at, (said, meant) in enumerate(told) if said != meant]
assert not wrong, [(at, told[at]) for at in wrong]
print(len(told))

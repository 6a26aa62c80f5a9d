"""What was found, judged. Pure: evidence comes in, rows go out.

The ids stand in docs/unverified.md, each at the row that it settles.
"""

import dataclasses
import json
import re

# What docs/unverified.md leaves open and a run settles.
SETTLED = {
    "api-dns": "the API's private name in a VPC",
    "challenge": "a repository asks whoever brings no token for one: 401, Basic",
    "bound-policy": "an endpoint policy bound to a role turns that into 403",
    "asset-bucket": "the asset bucket's name",
    "memory": "CloudFormation replaces the handle that remembers, and touches nothing else",
    "expired": "what EC2 says to a session that is over",
    "guard-rails": "the guard rails deny what they say, from inside",
}
# The way itself, which no row of that list is about.
WAY = {
    "no-change": "a plan after apply has nothing to do",
    "login": "the lifecycle script fetches the binary and logs in",
    "check": "check finds nothing broken",
    "pip": "pip installs a package",
    "npm": "a package of npm's comes by way of S3",
    "destroy": "destroy leaves nothing behind",
}
OK, DIFFERS, OPEN = "ok", "differs", "open"


@dataclasses.dataclass(frozen=True)
class Row:
    id: str
    verdict: str
    detail: str

    @property
    def title(self):
        return (SETTLED | WAY)[self.id]


def judged(id, holds, detail):
    return Row(id, OK if holds else DIFFERS, detail)


def not_seen(seen):
    """Whatever the run did not get to."""
    have = {row.id for row in seen}
    return [Row(id, OPEN, "the run did not get there") for id in SETTLED | WAY if id not in have]


def of_machine(found, region):
    """What the machine found on its own."""
    check, prove = document(found, "check.json"), document(found, "prove.json")
    return [
        exit_code("login", found, "on-start", r".*logged in after.*"),
        of_dns(check, region),
        of_challenge(found.get("challenge", "")),
        of_check(check),
        of_proofs(prove),
        exit_code("pip", found, "pip", r"six [0-9.]+"),
        exit_code("npm", found, "npm", r"from: .*"),
    ]


def document(found, name):
    try:
        return json.loads(found.get(name, ""))
    except ValueError:
        return {}


def exit_code(id, found, step, line):
    """Whether the step ended well and said this line; else what it said last."""
    told = found.get(step, "")
    said = re.search(f"^(?:{line})$", told, re.MULTILINE)
    last = (told.strip().splitlines() or ["nothing"])[-1]
    is_good = found.get(f"{step}.code", "").strip() == "0" and said
    return judged(id, is_good, said[0] if is_good else last)


def of_dns(check, region):
    one = next((one for one in check.get("checks", []) if one["id"] == "network.api.dns"), None)
    if not one or f"codeartifact.{region}.amazonaws.com" not in one["detail"]:
        return Row("api-dns", OPEN, one["detail"] if one else "check did not say")
    return judged("api-dns", one["status"] == "ok", one["detail"])


def of_check(check):
    if "checks" not in check:
        return Row("check", DIFFERS, str(check.get("error", "it said nothing")))
    bad = [f"{one['id']} ({one['status']}): {one['detail']}" for one in check["checks"] if one["status"] in ("failed", "warning")]
    return judged("check", check["ok"], "; ".join(bad) or f"{len(check['checks'])} checks")


def of_proofs(prove):
    proofs = prove.get("proofs", [])
    bad = {word: [proof["id"] for proof in proofs if proof["status"] == word] for word in ("failed", "open")}
    if bad["failed"]:
        return Row("guard-rails", DIFFERS, f"not so: {', '.join(bad['failed'])}")
    if bad["open"] or not proofs:
        return Row("guard-rails", OPEN, f"left open: {', '.join(bad['open']) or 'all'}")
    return Row("guard-rails", OK, f"{len(proofs)} proofs")


def answers(told):
    """The status and the challenge of each answer that a machine noted."""
    for part in re.split(r"^(?:nobody|empty password):$", told, flags=re.MULTILINE)[1:]:
        status = re.search(r"^HTTP/\S+ (\d+)", part.strip(), re.MULTILINE)
        asked = re.search(r"^www-authenticate: *(.*?)\s*$", part, re.MULTILINE | re.IGNORECASE)
        yield (status[1] if status else "no answer"), (asked[1] if asked else "")


def of_challenge(told):
    seen = list(answers(told))
    detail = "; ".join(f"{status} {asked}".strip() for status, asked in seen) or told.strip()[-200:]
    asks = [status == "401" and asked.lower().startswith("basic") for status, asked in seen]
    return judged("challenge", len(asks) == 2 and all(asks), detail)


def of_bound_policy(told):
    """The first answer alone: the second one is not about it."""
    seen = list(answers(told))
    if not seen or seen[0][0] == "no answer":
        return Row("bound-policy", OPEN, told.strip()[-200:])
    return judged("bound-policy", seen[0][0] == "403", f"{seen[0][0]} {seen[0][1]}".strip())


def of_bucket(arn, region, policy):
    """`policy` is what the endpoint of S3 lets through."""
    name = arn.rpartition(":")[2]
    follows = re.fullmatch(rf"assets-[0-9]{{12}}-{region}", name)
    lets_through = f"{arn}/*" in json.dumps(policy)
    return judged("asset-bucket", follows and lets_through, name + ("" if lets_through else ", which the endpoint's policy does not name"))


def of_memory(before, after):
    """Of two lists of a stack's resources: logical id, physical id, time of the last change."""
    gone, come = ({logical for logical, *_ in one} for one in (set(before) - set(after), set(after) - set(before)))
    touched = sorted(logical for logical in gone | come if not logical.startswith("Memory"))
    moved = len(gone - set(touched)) == len(come - set(touched)) == 1
    detail = f"touched as well: {', '.join(touched)}" if touched else "that alone" if moved else "the handle is the old one"
    return judged("memory", moved and not touched, detail)


def of_expired(said):
    return judged("expired", "(RequestExpired)" in said and "Request has expired" in said, said)

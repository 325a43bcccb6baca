#!/usr/bin/env python3
"""Pulls all forms and cases of a CommCare domain, and with each further run what is new or changed; Python's standard library only.

    HQ_KEY=0123... python3 docs/pull-commcare.py https://forms.example.org demo ann@example.org folder

HQ_KEY is an API key of the web user (POST /v1/users/current/api-keys). The folder gets forms.jsonl and cases.jsonl, one JSON object a line,
the newest last, and state.json, which tells from where the next run goes on. A record that changed is there again: the last line counts.
"""
import json
import os
import pathlib
import sys
import urllib.parse
import urllib.request

LIMIT = 1000


def fetch(base, domain, user, key, resource, since, offset):
    query = {"order_by": "indexed_on", "limit": LIMIT, "offset": offset}
    if since:
        query["indexed_on_start"] = since
    address = f"{base}/a/{domain}/api/{resource}/v1/?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(address, headers={"Authorization": f"ApiKey {user}:{key}"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def pull(base, domain, user, key, resource, file, state):
    """Each page starts at the time of the last record of the one before, which comes again."""
    count = offset = 0
    last = {tuple(seen) for seen in state.get("last", [])}
    while True:
        page = fetch(base, domain, user, key, resource, state.get("since"), offset)
        seen = {(record["id"], record["indexed_on"]) for record in page["objects"]}
        for record in page["objects"]:
            if (record["id"], record["indexed_on"]) not in last:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                count += 1
        if seen:
            newest = page["objects"][-1]["indexed_on"]
            if newest == state.get("since"):  # more records of one time than a page holds
                offset += len(page["objects"])
            else:
                state["since"], offset, last = newest, 0, set()
            last |= {one for one in seen if one[1] == newest}
            state["last"] = sorted(last)
        if not seen or not page["meta"]["next"]:
            return count


def main():
    base, domain, user, folder = sys.argv[1].rstrip("/"), sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "state.json"
    state = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for resource in ("form", "case"):
        with open(folder / f"{resource}s.jsonl", "a", encoding="utf-8") as file:
            count = pull(base, domain, user, os.environ["HQ_KEY"], resource, file, state.setdefault(resource, {}))
        path.write_text(json.dumps(state), encoding="utf-8")
        print(f"{count} {resource}s")


if __name__ == "__main__":
    main()

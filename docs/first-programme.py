#!/usr/bin/env python3
"""Sets up and runs a small programme through the management API, with Python's standard library only.

    python3 docs/first-programme.py [dev.json]

dev.json (default: .azurite/dev.json) is what `dotnet run --project dev` writes: the server's address and its administrator. For another
server, write such a file with "baseUrl", "adminEmail" and "adminPassword".
"""
import json
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
  <h:head>
    <h:title>Tree inventory</h:title>
    <model>
      <itext><translation lang="en"><text id="leaf"><value>Which leaf is it?</value><value form="image">jr://images/leaves.png</value></text></translation></itext>
      <instance><data id="trees" version="1"><species/><photo/><orx:meta><orx:instanceID/></orx:meta></data></instance>
      <bind nodeset="/data/species" type="string"/>
      <bind nodeset="/data/photo" type="binary"/>
    </model>
  </h:head>
  <h:body>
    <input ref="/data/species"><label ref="jr:itext('leaf')"/></input>
    <upload ref="/data/photo" mediatype="image/*"><label>A picture of the tree</label></upload>
  </h:body>
</h:html>
"""


class Client:
    def __init__(self, base, token=None, key=None):
        self.root = f"{base}/v1" + (f"/key/{key}" if key else "")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {"X-OpenRosa-Version": "1.0"}

    def send(self, method, path, body=None, content_type="application/json"):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data=body, method=method, headers=dict(self.headers))
        if body is not None:
            request.add_header("Content-Type", content_type)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = response.read()
                return json.loads(answer) if "json" in response.headers.get("Content-Type", "") else answer.decode()
        except urllib.error.HTTPError as refusal:
            raise SystemExit(f"{method} {path}: {refusal.code} {refusal.read().decode()}") from refusal


def sign_in(base, email, password):
    return Client(base, token=Client(base).send("POST", "/sessions", {"email": email, "password": password})["token"])


def submission(instance, species, photo):
    boundary = uuid.uuid4().hex
    xml = (f'<data id="trees" version="1" xmlns:orx="http://openrosa.org/xforms"><species>{species}</species><photo>tree.jpg</photo>'
           f"<orx:meta><orx:instanceID>{instance}</orx:instanceID></orx:meta></data>")
    parts = [("xml_submission_file", "submission.xml", "text/xml", xml.encode()), ("tree.jpg", "tree.jpg", "image/jpeg", photo)]
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: {kind}\r\n\r\n'.encode() + content + b"\r\n"
        for name, file, kind, content in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def main():
    with open(sys.argv[1] if len(sys.argv) > 1 else ".azurite/dev.json", encoding="utf-8") as file:
        server = json.load(file)
    base = server["baseUrl"].rstrip("/")
    admin = sign_in(base, server["adminEmail"], server["adminPassword"])

    project = admin.send("POST", "/projects", {"name": f"Tree inventory {uuid.uuid4().hex[:6]}"})["id"]
    email, password = f"manager-{uuid.uuid4().hex[:6]}@example.org", secrets.token_urlsafe(16)
    manager_id = admin.send("POST", "/users", {"email": email, "password": password, "displayName": "Amina, manager"})["id"]
    admin.send("POST", f"/projects/{project}/assignments/manager/{manager_id}")
    print(f"Project {project}, managed by {email}.")

    manager = sign_in(base, email, password)
    at = f"/projects/{project}"
    manager.send("POST", f"{at}/forms", FORM.encode(), "application/xml")
    manager.send("POST", f"{at}/forms/trees/draft/attachments/leaves.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
    manager.send("POST", f"{at}/forms/trees/draft/publish")
    print("Form trees published, with one picture.")

    phones = []
    for name in ("Tablet 1", "Tablet 2"):
        user = manager.send("POST", f"{at}/app-users", {"displayName": name})
        manager.send("POST", f"{at}/forms/trees/assignments/app-user/{user['id']}")
        phones.append((name, user["token"], Client(base, key=user["token"])))

    instances = []
    for number, species in enumerate(("oak", "ash", "elm", "lime", "yew")):
        name, _, phone = phones[number % 2]
        instance = f"uuid:{uuid.uuid4()}"
        body, content_type = submission(instance, species, bytes([number]) * 2000)
        phone.send("POST", f"{at}/submission?deviceID=example", body, content_type)
        instances.append(instance)
        print(f"{name} sent {species}.")

    first = urllib.parse.quote(instances[0], safe="")
    manager.send("PATCH", f"{at}/forms/trees/submissions/{first}", {"reviewState": "approved"})
    manager.send("POST", f"{at}/forms/trees/submissions/{first}/comments", {"body": "A fine oak."})
    for row in manager.send("GET", f"{at}/forms/trees/submissions"):
        print(row["instanceId"], row["createdAt"], row["reviewState"] or "received")

    manager.send("DELETE", f"/sessions/{urllib.parse.quote(phones[1][1], safe='')}")
    users = manager.send("GET", f"{at}/app-users")
    print("Revoked:", ", ".join(user["displayName"] for user in users if user["token"] is None))

    print("The audit, newest first:")
    for entry in admin.send("GET", "/audits?limit=20"):
        print(f"  {entry['loggedAt']} actor {entry['actorId']} {entry['action']} on {entry['acteeId']}")


if __name__ == "__main__":
    main()

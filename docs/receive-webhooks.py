#!/usr/bin/env python3
"""Shows the webhooks that come, after it has verified them (docs/webhooks.md).

    python3 docs/receive-webhooks.py --secret whsec_... [--port 8080]

It listens on 127.0.0.1 and answers 204 to what is signed, 401 to anything else. To reach it, the server needs
Rosa__WebhooksToPrivateAddresses=true, or a tunnel with a public https address.
"""
import argparse
import base64
import hashlib
import hmac
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LONGEST = 20_000_000
TOLERANCE = 5 * 60


def verify(secret, headers, body):
    """Whether the body was signed with this secret in the last minutes."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    event, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdigit() or abs(time.time() - int(sent)) > TOLERANCE:
        return False
    expected = base64.b64encode(hmac.digest(key, f"{event}.{sent}.".encode() + body, hashlib.sha256)).decode()
    return any(hmac.compare_digest(f"v1,{expected}", one) for one in headers.get("webhook-signature", "").split())


class Receiver(BaseHTTPRequestHandler):
    secret = ""
    seen = set()

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        if not verify(self.secret, self.headers, body):
            self.send_error(401)
            return
        event = json.loads(body)
        again = " (again)" if event["id"] in self.seen else ""
        self.seen.add(event["id"])
        print(f"{event['time']} {event['type']}{again} {json.dumps(event['data'])}", flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description="Shows the webhooks that come.")
    parser.add_argument("--secret", required=True, help="as the server showed it once: whsec_...")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args()
    Receiver.secret = options.secret
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Receiver)
    print(f"Waiting at http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

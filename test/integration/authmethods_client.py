"""Joins realm1 by the authmethods that it is told, as any component in Python would, and prints how that went as a line of JSON.

Arguments: URL (ws:, wss: or rs:), framework (asyncio or twisted), a JSON object with for each authmethod what autobahn's authenticator takes,
and for wss: the file of the certificate to trust, the highest version of TLS, and perhaps the files of a certificate and key of our own.
"""

import json
import ssl
import sys

URL, FRAMEWORK, AUTHENTICATION = sys.argv[1:4]
TLS = sys.argv[4:]
# Twisted takes sys.stdout for its log.
OUTPUT = sys.stdout

import txaio

if FRAMEWORK == "twisted":
    txaio.use_twisted()
    from autobahn.twisted.wamp import ApplicationRunner, Session
    from twisted.internet import reactor
else:
    txaio.use_asyncio()
    import asyncio
    from autobahn.asyncio.wamp import ApplicationRunner, Session

from autobahn.wamp.auth import create_authenticator


def tell(**seen):
    print(json.dumps(seen), file=OUTPUT, flush=True)


class Client(Session):
    has_joined = False

    def __init__(self, config):
        super().__init__(config)
        for name, options in json.loads(AUTHENTICATION).items():
            self.add_authenticator(create_authenticator(name, **options))

    def on_join(self, details):
        tell(authid=details.authid, authrole=details.authrole, authmethod=details.authmethod)
        self.has_joined = True
        self.leave()

    def on_leave(self, details):
        if not self.has_joined:
            tell(reason=details.reason, message=details.message)
        self.disconnect()

    def on_disconnect(self):
        if FRAMEWORK == "twisted":
            reactor.stop()
        else:
            asyncio.get_event_loop().stop()


def tls_context():
    ca, version, *own = TLS
    context = ssl.create_default_context(cafile=ca)
    context.maximum_version = getattr(ssl.TLSVersion, version)
    if own:
        context.load_cert_chain(*own)
    return context


options = {"ssl": tls_context()} if TLS else {}
runner = ApplicationRunner(URL, "realm1", **options)
runner.run(Client, log_level="critical")

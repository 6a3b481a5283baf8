"""Uses what WAMP offers as any component in Python would, prints what it has seen as lines of JSON, then leaves.

Arguments: URL (ws: or rs:), serializer, framework (asyncio or twisted).
"""

import asyncio
import json
import sys

URL, SERIALIZER, FRAMEWORK = sys.argv[1:4]
# Twisted takes sys.stdout for its log.
OUTPUT = sys.stdout

import txaio

if FRAMEWORK == "twisted":
    txaio.use_twisted()
    from autobahn.twisted.wamp import ApplicationRunner, ApplicationSession
    from twisted.internet import reactor
    from twisted.internet.defer import ensureDeferred
else:
    txaio.use_asyncio()
    from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession

from autobahn.wamp import serializer as serializers
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallOptions, PublishOptions, RegisterOptions, SubscribeOptions

SERIALIZERS = {
    "json": "JsonSerializer",
    "msgpack": "MsgPackSerializer",
    "cbor": "CBORSerializer",
}
VALUES = [0, -1, 255, 65536, 4294967296, 2**53, -(2**53), 1.5, None, True, "", "grüße 😀", [], {}]


def tell(**seen):
    print(json.dumps(seen), file=OUTPUT, flush=True)


class Component(ApplicationSession):
    def onJoin(self, details):
        tell(joined=details.authrole)
        if FRAMEWORK == "twisted":
            return ensureDeferred(self.work())
        return self.work()

    async def work(self):
        events = []
        await self.subscribe(
            lambda *args, details, **kwargs: events.append([args, kwargs, details.topic]),
            "com.example.python",
            options=SubscribeOptions(match="prefix", details_arg="details"),
        )
        acknowledged = PublishOptions(acknowledge=True, exclude_me=False)
        await self.publish("com.example.python.a", VALUES, options=acknowledged, k=VALUES)
        # Whatever was sent before its answer has arrived before it.
        tell(events=events, echo=await self.call("com.example.node.echo", VALUES))

        detailed = RegisterOptions(details_arg="details")
        await self.register(self.stream, "com.example.python.stream", detailed)
        shared = RegisterOptions(invoke="roundrobin", match="prefix")
        await self.register(lambda: "python", "com.example.shared", shared)
        parts = []
        end = await self.call(
            "com.example.python.stream", options=CallOptions(on_progress=parts.append)
        )
        tell(parts=parts, end=end)
        try:
            await self.call("com.example.node.never", options=CallOptions(timeout=20))
        except ApplicationError as error:
            tell(error=error.error)
        call = self.call("com.example.node.never")
        call.cancel()
        try:
            await call
        except BaseException as error:
            tell(canceled=type(error).__name__)
        tell(shared=await self.call("com.example.shared.any"))
        self.leave()

    def stream(self, details):
        if details.progress:
            for part in (1, 2):
                details.progress(part)
        return 3

    def onUserError(self, failure, message):
        tell(failure=str(failure), message=message)

    def onDisconnect(self):
        if FRAMEWORK == "twisted":
            reactor.stop()
        else:
            asyncio.get_event_loop().stop()


serializer = getattr(serializers, SERIALIZERS[SERIALIZER])()
runner = ApplicationRunner(URL, "realm1", serializers=[serializer])
runner.run(Component, log_level="error")

"""Joins the trusted URL as any backend in Python would: publishes, makes a call and answers calls until its input ends.

Arguments: URL, authid.
"""

import asyncio
import json
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.types import PublishOptions


class TrustedPublisher(ApplicationSession):
    def onConnect(self):
        self.join(self.config.realm, authid=sys.argv[2])

    async def onJoin(self, details):
        await self.register(self.answer, "com.example.python.answer")
        await self.publish(
            "com.example.python.published",
            "grüße",
            details.session,
            user="carol",
            options=PublishOptions(acknowledge=True),
        )
        doubled = await self.call("com.example.node.double", 21)
        seen = {"authid": details.authid, "authrole": details.authrole, "doubled": doubled}
        print(json.dumps(seen), flush=True)
        await asyncio.get_event_loop().run_in_executor(None, sys.stdin.read)
        self.leave()

    def answer(self, word):
        return word + "!"

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner(sys.argv[1], "realm1").run(TrustedPublisher)

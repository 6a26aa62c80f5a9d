"""A link with a delay, for one port of this machine."""

import asyncio
import contextlib
import threading


class Relay:
    """Passes bytes on to 127.0.0.1:`to`; a round trip takes `delay` seconds, that of connecting too."""

    def __init__(self, to, delay):
        self.connections = 0
        self._to, self._delay = to, delay
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, ready):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        # Whoever is still connected is cut off.
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    async def _serve(self, reader, writer):
        self.connections += 1
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        # The kernel has answered the client's SYN at once: what would have come back then comes now.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(self._delay)
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, reader, writer):
        """Every piece half a round trip later, in order; several may be under way."""
        under_way = asyncio.Queue()

        async def deliver():
            while piece := await under_way.get():
                due, data = piece
                await asyncio.sleep(max(0, due - self._loop.time()))
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            writer.close()

        task = asyncio.ensure_future(deliver())
        try:
            while True:
                data = await reader.read(65_536)
                under_way.put_nowait((self._loop.time() + self._delay / 2, data))
                if not data:
                    break
            await task
        except ConnectionError:
            task.cancel()

"""``python -m benchmarks.sink``: a mail server that takes everything and keeps nothing, in a process of its own."""

import asyncio


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say yes to everything."""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\r\n")
            await writer.drain()
            while await reader.readline() not in {b".\r\n", b""}:
                continue
        if verb == b"QUIT":
            break
        writer.write(b"250 ok\r\n")
        await writer.drain()
    writer.close()


async def main() -> None:
    """Serve on a free port and print it."""
    server = await asyncio.start_server(converse, "127.0.0.1", 0, limit=2**20)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

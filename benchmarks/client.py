"""HTTP/1.1 over kept-alive sockets: one client in sequence, or many at once (wrk for GET if found).

Requests are bytes made beforehand, so that the client's own work stays out of the way.
"""

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

HOST = "127.0.0.1"
WRK = shutil.which("wrk")
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
Wires = Iterator[bytes]


def wire(method: str, path: str, token: str, body: Any = None, **headers: str) -> bytes:
    """One request."""
    raw = b"" if body is None else json.dumps(body).encode()
    lines = {"Host": HOST, "Authorization": f"Bearer {token}", **headers}
    if raw:
        lines |= {"Content-Type": "application/json", "Content-Length": str(len(raw))}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + raw


@dataclass
class Link:
    """One kept-alive connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)[1])  # pyright: ignore[reportOptionalSubscript]
        return int(head[9:12]), await self.reader.readexactly(length)


@asynccontextmanager
async def linked(port: int) -> AsyncIterator[Link]:
    """A connection for as long as the block."""
    reader, writer = await asyncio.open_connection(HOST, port, limit=2**22)
    try:
        yield Link(reader, writer)
    finally:
        writer.close()


async def answer(port: int, request: bytes) -> tuple[int, Any]:
    """Status and JSON of one request."""
    async with linked(port) as link:
        status, body = await link.ask(request)
        return status, json.loads(body) if body else None


async def in_sequence(port: int, requests: Wires, count: int) -> list[float]:
    """Latencies of exactly `count` requests, ms; AssertionError for any that fails."""
    latencies: list[float] = []
    async with linked(port) as link:
        for _ in range(count):
            request, begin = next(requests), time.perf_counter()
            status, body = await link.ask(request)
            latencies.append((time.perf_counter() - begin) * 1000)
            assert status < 300, (status, request, body)
    return latencies


@dataclass(frozen=True)
class Load:
    """Many clients at once; latencies in ms."""

    rate: float
    p50: float
    p99: float

    def is_sound(self, connections: int) -> bool:
        """Little's law: rate × latency is the number of connections."""
        return 0.7 < self.rate * self.p50 / 1000 / connections < 1.3


async def at_once(port: int, requests: Wires, connections: int, seconds: float) -> Load:
    """So many connections for so long; AssertionError for any request that fails."""
    first = next(requests)
    if WRK and first.startswith(b"GET"):
        return await asyncio.to_thread(
            _wrk, port, [first, *some(requests, 200)], connections, seconds
        )
    latencies: list[float] = []
    begin = time.perf_counter()

    async def work() -> None:
        async with linked(port) as link:
            while (start := time.perf_counter()) < begin + seconds:
                status, body = await link.ask(next(requests))
                assert status < 300, (status, body)
                latencies.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(work() for _ in range(connections)))
    return Load(len(latencies) / (time.perf_counter() - begin), *p50_p99(latencies))


def some(requests: Wires, count: int) -> list[bytes]:
    """The next few."""
    return [next(requests) for _ in range(count)]


def p50_p99(values: list[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    cuts = quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _wrk(port: int, requests: list[bytes], connections: int, seconds: float) -> Load:
    """Let wrk send the same bytes in turn."""
    raw = ", ".join(json.dumps(request.decode()) for request in requests)
    script = (
        f"local all, i = {{{raw}}}, 0\nfunction request() i = i + 1 return all[i % #all + 1] end"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = [str(WRK), "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency"]
        command += ["-s", file.name, f"http://{HOST}:{port}"]
        report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in report, report
    found = re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", report)
    p50, p99 = (float(value) * _UNITS[unit] for _, value, unit in found)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    assert rate
    return Load(float(rate[1]), p50, p99)

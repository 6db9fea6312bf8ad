"""How often one visitor may try something: a sliding window in Redis, per process while Redis is away."""

import hashlib
from collections import OrderedDict, deque
from ipaddress import IPv4Address, ip_address, ip_network
from threading import Lock
from uuid import uuid4

from redis import RedisError

from app.lib import clock, queue
from app.lib.config import settings

NETWORK = 64
"""Bits of an IPv6 address that say whose line it is."""
REMEMBERED = 10_000
"""Visitors that one process counts while Redis is away; the ones seen longest ago are forgotten first."""


def allows(what: str, who: str, *, times: int, seconds: int) -> bool:
    """Count a try and tell whether it is still within the limit; a refused one does not prolong the wait.

    Redis only ever sees a keyed hash of `who`, for no longer than the window.
    """
    name = hashlib.blake2b(
        f"{what}:{_visitor(who)}".encode(), key=settings().keys[0].encode()[:64], digest_size=16
    )
    now = clock.now().timestamp()
    try:
        return _in_redis(f"limit:{name.hexdigest()}", now, times, seconds)
    except RedisError:
        return _here.allows(name.hexdigest(), now, times, seconds)


def _visitor(who: str) -> str:
    """Return whom to count: of an IPv6 address its network, for one line has 2**64 of them."""
    try:
        address = ip_address(who)
    except ValueError:
        return who
    if isinstance(address, IPv4Address) or address.ipv4_mapped:
        return who
    return str(ip_network((int(address), NETWORK), strict=False))


def _in_redis(key: str, now: float, times: int, seconds: int) -> bool:
    mine = uuid4().hex
    connection = queue.connection()
    pipeline = connection.pipeline()
    pipeline.zremrangebyscore(key, 0, now - seconds)
    pipeline.zadd(key, {mine: now})
    pipeline.zcard(key)
    pipeline.expire(key, seconds)
    if int(pipeline.execute()[2]) <= times:
        return True
    connection.zrem(key, mine)
    return False


class _Here:
    """The same window in this process's memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, name: str, now: float, times: int, seconds: int) -> bool:
        with self._lock:
            tries = self._tries.setdefault(name, deque())
            self._tries.move_to_end(name)
            while tries and tries[0] <= now - seconds:
                tries.popleft()
            if len(self._tries) > REMEMBERED:
                self._tries.popitem(last=False)
            if len(tries) >= times:
                return False
            tries.append(now)
            return True


_here = _Here()

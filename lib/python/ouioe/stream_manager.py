# stream_manager.py - the usual calls, to be awaited
#
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The usual calls, to be awaited in an asyncio loop.

They run one after the other in a thread of their own, in the order in which they were called, so the loop goes on meanwhile.
A call whose task is cancelled before its turn is not made."""
import asyncio
import concurrent.futures
import functools

from . import sync

__all__ = ["connect", "create_session", "stream_thinking", "stream_progress", "close_session", "get_session_stats",
           "get_generation", "stop_session", "answer_now"]

# One thread: order is kept, and the client is used from one thread only.
_thread = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="ouioe")


def _awaitable(function):
    @functools.wraps(function)
    async def call(*args, **kwargs):
        return await asyncio.get_running_loop().run_in_executor(_thread, functools.partial(function, *args, **kwargs))
    return call


connect = _awaitable(sync.connect)
create_session = _awaitable(sync.create_session)
stream_thinking = _awaitable(sync.stream_thinking)
stream_progress = _awaitable(sync.stream_progress)
close_session = _awaitable(sync.close_session)
get_session_stats = _awaitable(sync.get_session_stats)
get_generation = _awaitable(sync.get_generation)
stop_session = _awaitable(sync.stop_session)
answer_now = _awaitable(sync.answer_now)

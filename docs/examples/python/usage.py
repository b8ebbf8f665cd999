#!/usr/bin/env python3
# usage.py - create a session, think, tell progress: the usage examples of the original service
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Only the import lines differ: `streaming.stream_manager` has become `ouioe.stream_manager`.
import asyncio

from ouioe.stream_manager import create_session
from ouioe.stream_manager import stream_thinking
from ouioe.stream_manager import stream_progress


async def main():
    session = await create_session(
        session_id="user-123-chat",
        user_id="user-123",
        debug_mode=True,
        user_request="Analyze network performance"
    )

    await stream_thinking(
        session_id="user-123-chat",
        thinking_type="analysis",
        content="Analyzing network topology...",
        reasoning_chain=[
            "Gathering network asset inventory",
            "Checking connectivity between nodes",
            "Analyzing latency patterns"
        ],
        confidence=0.85
    )

    await stream_progress(
        session_id="user-123-chat",
        progress_type="progress",
        message="Completed network scan of 15 servers...",
        progress_percentage=60.0,
        current_step="Network Analysis"
    )

    print("streamed to", session.get_id())


asyncio.run(main())

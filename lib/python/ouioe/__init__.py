# ouioe - OUIOE streaming in Python, thin over libouioe
#
# SPDX-License-Identifier: LGPL-2.1-or-later
"""OUIOE streaming in Python, thin over libouioe.

`ouioe.stream_manager` has the functions of the service that OUIOE streaming replaces, to be awaited; `ouioe.sync` has the
same ones for programs without a loop. Everything else is in `gi.repository.Ouioe`.
"""

/* display.h - a display of its own for a test program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

/* Before g_test_init() and GTK: nothing of the desktop around the test shows in it. */
void     display_prepare (void);
/* Starts Xvfb on a free display and points this program at it. FALSE when there is none on this machine, after a line
 * for the test runner that says so. */
gboolean display_start   (void);
void     display_stop    (void);

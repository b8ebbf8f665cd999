/* test-log.h - expected log messages, for structured logs (which g_test_expect_message() does not see)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Once, in main(): from then on a warning that is not expected ends the test. */
void test_log_install (void);
/* The next warning (or worse) matches the glob @pattern. */
void test_log_expect  (const char *pattern);
/* All that was expected has come. */
void test_log_assert  (void);

G_END_DECLS

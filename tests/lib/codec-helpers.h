/* codec-helpers.h - JSON in and out, for the tests of the codec
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <string.h>

#include "ouioe-codec.h"

/* 2026-11-23T01:11:03.398083+00:00 */
#define TEST_TIME_US G_GINT64_CONSTANT (1795396263398083)

/* A body that must be good JSON. */
json_t              *test_parse           (const char *text);
/* A session id as the codec wants it; lives as long as the program. */
char                *test_session         (const char *id);
/* A body that must be a good step or update. */
OuioeThinkingStep   *test_read_step       (const char *text);
OuioeProgressUpdate *test_read_update     (const char *text);
char                *test_event_text      (OuioeEvent *event);
char                *test_entry           (OuioeEvent *event, OuioeStreams stream);
/* What is wrong with a body, one "location type: message" per line. */
char                *test_problems        (OuioeProblems *problems);
void                 test_assert_text     (const OuioeText *text, const char *expected, gsize len);
void                 test_assert_config   (const OuioeStreamConfig *config, const OuioeStreamConfig *expected);
/* The text is one JSON object of one line. */
void                 test_assert_json     (const char *text, gsize len);

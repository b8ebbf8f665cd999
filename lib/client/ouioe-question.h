/* ouioe-question.h - what one can ask the daemon, as a request over HTTP or over a bus
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private to the library. Whatever way it goes, the answer is the JSON of REST.
 */
#pragma once

#include "ouioe-client.h"
#include "ouioe-request.h"

G_BEGIN_DECLS

OuioeRequest *ouioe_question_create   (OuioeAddress *address, const char *session_id, const char *user_id,
                                       const OuioeStreamConfig *config, OuioeThinkingContext *context);
OuioeRequest *ouioe_question_thinking (OuioeAddress *address, const char *session_id, OuioeThinkingStep *step);
OuioeRequest *ouioe_question_progress (OuioeAddress *address, const char *session_id, OuioeProgressUpdate *update);
/* @lines: (element-type utf8): JSON objects, each with its own idempotency key; the answer has a line for each. */
OuioeRequest *ouioe_question_bulk     (OuioeAddress *address, GPtrArray *lines);
/* @key: (nullable): idempotency key; NULL for one of its own */
OuioeRequest *ouioe_question_close    (OuioeAddress *address, const char *session_id, const char *outcome, const char *key);
/* @json: the body of a creation. NULL with @error when it is none. */
OuioeRequest *ouioe_question_create_from_json (OuioeAddress *address, const char *json, const char *key, GError **error);
/* A page of the history; the answer is a head, see ouioe_page_write_head(), and a line for each event. */
OuioeRequest *ouioe_question_events   (OuioeAddress *address, const char *session_id, const OuioeEventId *after, guint limit);
OuioeRequest *ouioe_question_stop     (OuioeAddress *address, const char *session_id);
OuioeRequest *ouioe_question_answer_now (OuioeAddress *address, const char *session_id);
OuioeRequest *ouioe_question_session  (OuioeAddress *address, const char *session_id);
OuioeRequest *ouioe_question_stats    (OuioeAddress *address, const char *session_id);
/* A page of the list; over a bus there is only one. @user_id, @before: (nullable); @state: 0 for all */
OuioeRequest *ouioe_question_list     (OuioeAddress *address, const char *user_id, OuioeSessionState state, const char *before);

/* @json, an object, with an idempotency key as its first member. @json: (transfer full) */
char         *ouioe_question_add_key  (char *json, const char *key);

/* ---- ouioe-bus-answer.c: answers of the bus as the JSON of REST ---- */

GBytes *ouioe_bus_convert_nothing (const OuioeBusCall *call, GVariant *reply, GError **error);
GBytes *ouioe_bus_convert_append  (const OuioeBusCall *call, GVariant *reply, GError **error);
GBytes *ouioe_bus_convert_bulk    (const OuioeBusCall *call, GVariant *reply, GError **error);
GBytes *ouioe_bus_convert_session (const OuioeBusCall *call, GVariant *reply, GError **error);
GBytes *ouioe_bus_convert_stats   (const OuioeBusCall *call, GVariant *reply, GError **error);
GBytes *ouioe_bus_convert_events  (const OuioeBusCall *call, GVariant *reply, GError **error);
GBytes *ouioe_bus_convert_list    (const OuioeBusCall *call, GVariant *reply, GError **error);

G_END_DECLS

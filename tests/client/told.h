/* told.h - a subscription, and what it told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fake-server.h"
#include "ouioe-client-private.h"

#define STEP(id, content) \
  "id: " id "\nevent: thinking_step\ndata: {\"id\":\"" id "\",\"session_id\":\"s\",\"kind\":\"thinking_step\"," \
  "\"timestamp\":\"2026-11-23T01:11:03+00:00\",\"thinking_type\":\"decision\",\"content\":\"" content "\"}\n\n"
#define UPDATE(id) \
  "id: " id "\nevent: progress_update\ndata: {\"id\":\"" id "\",\"session_id\":\"s\",\"kind\":\"progress_update\"," \
  "\"timestamp\":\"2026-11-23T01:11:03+00:00\",\"progress_type\":\"progress\",\"message\":\"m\"}\n\n"
#define END(id) \
  "id: " id "\nevent: session_end\ndata: {\"id\":\"" id "\",\"session_id\":\"s\",\"kind\":\"session_end\"," \
  "\"timestamp\":\"2026-11-23T01:11:03+00:00\",\"outcome\":\"done\",\"duration\":9.25,\"thinking_steps\":3," \
  "\"progress_updates\":0}\n\n"
#define GAP(after, until, more) \
  "event: gap\ndata: {\"session_id\":\"s\",\"after\":\"" after "\",\"until\":\"" until "\"" more \
  ",\"streams\":\"both\"}\n\n"
#define FINAL(id, step_id, content) \
  "id: " id "\nevent: thinking_step\ndata: {\"id\":\"" id "\",\"session_id\":\"s\",\"kind\":\"thinking_step\"," \
  "\"timestamp\":\"2026-11-23T01:11:03+00:00\",\"thinking_type\":\"analysis\",\"content\":\"" content "\"," \
  "\"context_used\":{\"step_id\":\"" step_id "\",\"border\":\"paragraph\"}}\n\n"
#define DELTA(step_id, offset, text) \
  "event: thinking_delta\ndata: {\"session_id\":\"s\",\"step_id\":\"" step_id "\",\"offset\":" offset "," \
  "\"text\":\"" text "\"}\n\n"
#define DROPPED(step_id) \
  "event: thinking_dropped\ndata: {\"session_id\":\"s\",\"step_id\":\"" step_id "\"}\n\n"
#define GENERATION(members) \
  "event: generation\ndata: {\"session_id\":\"s\",\"generation\":{" members "}}\n\n"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\n"

/* What a subscription told, one line per signal. */
typedef struct {
  GString           *notes;
  OuioeSubscription *subscription;
  guint              n_events;
  guint              n_connected;
  guint              n_disconnected;
  gboolean           is_over;      /* session-end or failed */
  gboolean           stop_at_event;
  gboolean           quiet;        /* connections and errors leave no line */
  gboolean           deltas;       /* ask for what is not stored, too */
  guint              n_deltas;
} Told;

/* Without any wait worth the name. */
extern const OuioeSubscriptionTiming told_timing;

/* Starts to follow. @session_id, @after: (nullable), as in ouioe_client_subscribe() */
void told_follow (Told *told, const char *address, const char *session_id, const char *after);
void told_clear  (Told *told);

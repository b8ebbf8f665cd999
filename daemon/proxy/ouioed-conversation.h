/* ouioed-conversation.h - which session a call belongs to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * By what it says: the header X-Ouioe-Session, else X-Conversation-Id, else the trace id of traceparent. Otherwise by what
 * it repeats: a call extends an earlier one of the same client (address, program, credential, upstream) when it begins with
 * all messages of that one and goes on with one of the model or of a tool, or when it names that answer as the server calls
 * it. Nothing of what was said is kept, only keyed hashes; the key lives as long as the process.
 */
#pragma once

#include "ouioed-call.h"
#include "ouioed-request-reader.h"

G_BEGIN_DECLS

#define OUIOED_CONVERSATIONS_MAX 4096   /* calls that are remembered; the ones not used longest go */

typedef struct _OuioedConversations OuioedConversations;

typedef struct {
  guint8 bytes[32];
} OuioedDigest;

typedef enum {
  OUIOED_SESSION_NOT_NAMED,
  OUIOED_SESSION_NAMED,
  OUIOED_SESSION_MISNAMED,     /* what stands there cannot be a session id; it was logged */
} OuioedNaming;

OuioedConversations *ouioed_conversations_new       (guint max);
void                 ouioed_conversations_free      (OuioedConversations *self);
guint                ouioed_conversations_get_n     (OuioedConversations *self);

/* Whom the calls are told apart by. */
void                 ouioed_conversations_get_scope (OuioedConversations *self, const OuioedRequestHead *head,
                                                     const char *upstream, OuioedDigest *scope);
/* Session of the earlier call that this one extends, or NULL. (transfer none) */
const char          *ouioed_conversations_find      (OuioedConversations *self, const OuioedDigest *scope,
                                                     const OuioedRequest *request);
/* Later calls may extend this one. */
void                 ouioed_conversations_add       (OuioedConversations *self, const OuioedDigest *scope,
                                                     const OuioedRequest *request, const char *session_id);
/* The same by a name as in OuioedRequest.continues. */
void                 ouioed_conversations_add_name  (OuioedConversations *self, const OuioedDigest *scope, const char *name,
                                                     const char *session_id);

/* @id (out) (transfer full): only when it is named. */
OuioedNaming         ouioed_session_name_read       (const OuioedHeader *headers, guint n, char **id);
/* "ollama-20261123-093012-4f2a" (UTC). @is_taken is asked until it says no. */
char                *ouioed_session_name_make       (const char *upstream, gint64 now_us,
                                                     gboolean (*is_taken) (const char *id, gpointer user_data),
                                                     gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedConversations, ouioed_conversations_free)

G_END_DECLS

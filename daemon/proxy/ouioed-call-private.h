/* ouioed-call-private.h - what the two threads know of a call, and the mailbox between them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The thread that forwards puts copies in; the main context takes them out, a little a turn, when it has nothing to read or
 * write itself: the first at once, what follows a millisecond or two later, with what came meanwhile. The mailbox is bounded:
 * what does not fit is dropped, and the listener is told where.
 */
#pragma once

#include <sys/uio.h>

#include "ouioed-call.h"

G_BEGIN_DECLS

#define OUIOED_MAILBOX_MAX_CALL_BYTES (8 << 20)     /* of one call, on their way */
#define OUIOED_MAILBOX_MAX_BYTES      (64 << 20)    /* of all */
#define OUIOED_MAILBOX_SLICE_BYTES    (64 << 10)    /* told in one turn of the main loop */
#define OUIOED_MAILBOX_PRIORITY       (G_PRIORITY_DEFAULT + 50)

typedef struct _OuioedMailbox OuioedMailbox;

struct _OuioedCall
{
  gatomicrefcount ref_count;
  OuioedUpstream *upstream;
  OuioedMailbox  *mailbox;       /* lives longer */
  gint            is_unwanted;   /* atomic: the listener has no interest */
  gint            waits;         /* atomic: for the client, to take of the answer */
  gsize           n_pending;     /* bytes on their way; under the lock of the mailbox */
  gboolean        is_lost[2];    /* something of the request, of the answer; under the lock */
  gboolean        is_told;       /* main context: the listener knows of it */
  gboolean        is_held;       /* main context: the listener wants to hear no more of it for now */
  gpointer        data;          /* main context: of the listener */
};

OuioedCall *ouioed_call_new   (OuioedMailbox *mailbox, OuioedUpstream *upstream);
OuioedCall *ouioed_call_ref   (OuioedCall *self);
void        ouioed_call_unref (OuioedCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedCall, ouioed_call_unref)

/* A copy of a head that owns its texts. */
typedef struct {
  char         *method;          /* NULL: an answer */
  char         *path;
  char         *query;
  char         *peer;
  OuioedHeader *headers;
  guint         n_headers;
  guint         status;
  guint64       credential;
  gsize         size;            /* about what it takes */
} OuioedHeadCopy;

void ouioed_head_copy_free (OuioedHeadCopy *self);

typedef enum {
  OUIOED_MAIL_REQUEST,
  OUIOED_MAIL_REQUEST_BODY,
  OUIOED_MAIL_REQUEST_END,
  OUIOED_MAIL_ANSWER,
  OUIOED_MAIL_ANSWER_BODY,
  OUIOED_MAIL_LOST,
  OUIOED_MAIL_END,
} OuioedMailType;

typedef void (*OuioedStopFunc) (OuioedCall *call, gpointer user_data);

/* Attaches itself to the thread-default main context. @stop: of ouioed_call_stop(). */
OuioedMailbox *ouioed_mailbox_new          (OuioedStopFunc stop, gpointer user_data);
/* Both threads are done with it; what is left is dropped untold. */
void           ouioed_mailbox_free         (OuioedMailbox *self);
/* Main context. NULL: nobody listens. What a call under way has told is not told again. */
void           ouioed_mailbox_set_listener (OuioedMailbox *self, const OuioedCallFuncs *funcs, gpointer user_data);
gboolean       ouioed_mailbox_is_empty     (OuioedMailbox *self);
/* Calls of which something was lost. */
guint64        ouioed_mailbox_get_n_lost   (OuioedMailbox *self);

/* The thread that forwards. @head: (transfer full) */
void ouioed_mailbox_put_head (OuioedMailbox *self, OuioedCall *call, OuioedHeadCopy *head, gint64 time_us);
/* Whether bytes of this call are worth copying. */
gboolean ouioed_mailbox_wants (OuioedMailbox *self, OuioedCall *call);
/* The bytes of @pieces, one behind the other. */
void ouioed_mailbox_put_body (OuioedMailbox *self, OuioedCall *call, OuioedMailType type, const struct iovec *pieces,
                              guint n_pieces, gint64 time_us);
void ouioed_mailbox_put_sign (OuioedMailbox *self, OuioedCall *call, OuioedMailType type);
void ouioed_mailbox_put_end  (OuioedMailbox *self, OuioedCall *call, OuioedCallEnd how, const char *detail, gint64 time_us);

G_END_DECLS

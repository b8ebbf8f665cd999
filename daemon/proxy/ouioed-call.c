/* ouioed-call.c - one request through the proxy and its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ouioed-call-private.h"

OuioedCall *
ouioed_call_new (OuioedMailbox *mailbox, OuioedUpstream *upstream)
{
  OuioedCall *self = g_new0 (OuioedCall, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->mailbox = mailbox;
  self->upstream = ouioed_upstream_ref (upstream);
  return self;
}

OuioedCall *
ouioed_call_ref (OuioedCall *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ouioed_call_unref (OuioedCall *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  ouioed_upstream_unref (self->upstream);
  g_free (self);
}

const OuioedUpstream *
ouioed_call_get_upstream (OuioedCall *call)
{
  return call->upstream;
}

gboolean
ouioed_call_waits_for_client (OuioedCall *call)
{
  return g_atomic_int_get (&call->waits);
}

const char *
ouioed_header_find (const OuioedHeader *headers, guint n, const char *name)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (headers[i].name, name) == 0)
      return headers[i].value;
  return NULL;
}

void
ouioed_head_copy_free (OuioedHeadCopy *self)
{
  for (guint i = 0; i < self->n_headers; i++)
    {
      g_free (self->headers[i].name);
      g_free (self->headers[i].value);
    }
  g_free (self->headers);
  g_free (self->method);
  g_free (self->path);
  g_free (self->query);
  g_free (self->peer);
  g_free (self);
}

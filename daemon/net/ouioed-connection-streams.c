/* ouioed-connection-streams.c - the two pollable streams of a connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They never block: the plain calls, too, fail with G_IO_ERROR_WOULD_BLOCK.
 */
#include "config.h"

#include "ouioed-connection-private.h"

typedef struct {
  GInputStream      parent_instance;
  OuioedConnection *connection;          /* NULL when it is gone */
} OuioedConnectionInput;
typedef struct { GInputStreamClass parent_class; } OuioedConnectionInputClass;

typedef struct {
  GOutputStream     parent_instance;
  OuioedConnection *connection;          /* NULL when it is gone */
} OuioedConnectionOutput;
typedef struct { GOutputStreamClass parent_class; } OuioedConnectionOutputClass;

static GType ouioed_connection_input_get_type (void);
static GType ouioed_connection_output_get_type (void);
static void ouioed_connection_input_pollable_init (GPollableInputStreamInterface *iface);
static void ouioed_connection_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OuioedConnectionInput, ouioed_connection_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      ouioed_connection_input_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (OuioedConnectionOutput, ouioed_connection_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      ouioed_connection_output_pollable_init))

static gboolean
poll_now (OuioedConnection *connection, GIOCondition condition)
{
  GPollFD poll_fd;

  if (connection == NULL || connection->fd < 0)
    return TRUE;
  if (condition == G_IO_IN && connection->unread != NULL)
    return TRUE;

  poll_fd = (GPollFD) { connection->fd, condition, 0 };

  return g_poll (&poll_fd, 1, 0) > 0;
}

/* The source is kept so that it can be woken when the descriptor goes away under it. */
static GSource *
create_source (GObject *stream, OuioedConnection *connection, GIOCondition condition, GCancellable *cancellable)
{
  GSource *source = g_pollable_source_new_full (stream, NULL, cancellable);
  GSource **kept;

  if (connection == NULL || connection->fd < 0 || (condition == G_IO_IN && connection->unread != NULL))
    {
      g_source_set_ready_time (source, 0);
      return source;
    }

  kept = &connection->sources[condition == G_IO_IN ? 0 : 1];
  g_source_add_unix_fd (source, connection->fd, condition);
  g_clear_pointer (kept, g_source_unref);
  *kept = g_source_ref (source);

  return source;
}

static gssize
ouioed_connection_input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable,
                              GError **error)
{
  OuioedConnectionInput *self = (OuioedConnectionInput *) stream;

  if (self->connection == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
      return -1;
    }

  return ouioed_connection_receive (self->connection, buffer, count, error);
}

static gssize
ouioed_connection_input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  return ouioed_connection_input_read (G_INPUT_STREAM (stream), buffer, count, NULL, error);
}

static gboolean
ouioed_connection_input_is_readable (GPollableInputStream *stream)
{
  return poll_now (((OuioedConnectionInput *) stream)->connection, G_IO_IN);
}

static GSource *
ouioed_connection_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  return create_source (G_OBJECT (stream), ((OuioedConnectionInput *) stream)->connection, G_IO_IN, cancellable);
}

static void
ouioed_connection_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = ouioed_connection_input_is_readable;
  iface->create_source = ouioed_connection_input_create_source;
  iface->read_nonblocking = ouioed_connection_input_read_nonblocking;
}

static void
ouioed_connection_input_class_init (OuioedConnectionInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = ouioed_connection_input_read;
}

static void
ouioed_connection_input_init (OuioedConnectionInput *self)
{
}

static gssize
ouioed_connection_output_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable,
                                GError **error)
{
  OuioedConnectionOutput *self = (OuioedConnectionOutput *) stream;

  if (self->connection == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
      return -1;
    }

  return ouioed_connection_send (self->connection, buffer, count, error);
}

static gssize
ouioed_connection_output_write_nonblocking (GPollableOutputStream *stream, const void *buffer, gsize count,
                                            GError **error)
{
  return ouioed_connection_output_write (G_OUTPUT_STREAM (stream), buffer, count, NULL, error);
}

static gboolean
ouioed_connection_output_is_writable (GPollableOutputStream *stream)
{
  return poll_now (((OuioedConnectionOutput *) stream)->connection, G_IO_OUT);
}

static GSource *
ouioed_connection_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  return create_source (G_OBJECT (stream), ((OuioedConnectionOutput *) stream)->connection, G_IO_OUT, cancellable);
}

static void
ouioed_connection_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = ouioed_connection_output_is_writable;
  iface->create_source = ouioed_connection_output_create_source;
  iface->write_nonblocking = ouioed_connection_output_write_nonblocking;
}

static void
ouioed_connection_output_class_init (OuioedConnectionOutputClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = ouioed_connection_output_write;
}

static void
ouioed_connection_output_init (OuioedConnectionOutput *self)
{
}

GInputStream *
ouioed_connection_input_new (OuioedConnection *connection)
{
  OuioedConnectionInput *self = g_object_new (ouioed_connection_input_get_type (), NULL);

  self->connection = connection;

  return G_INPUT_STREAM (self);
}

GOutputStream *
ouioed_connection_output_new (OuioedConnection *connection)
{
  OuioedConnectionOutput *self = g_object_new (ouioed_connection_output_get_type (), NULL);

  self->connection = connection;

  return G_OUTPUT_STREAM (self);
}

void
ouioed_connection_input_forget (GInputStream *input)
{
  ((OuioedConnectionInput *) input)->connection = NULL;
}

void
ouioed_connection_output_forget (GOutputStream *output)
{
  ((OuioedConnectionOutput *) output)->connection = NULL;
}

/* ouioed-body-decoder.c - takes the content coding off a body
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-body-decoder.h"

#include <string.h>

#define PIECE_BYTES 16384    /* decoded at a time */
#define NAME_CHARS  32       /* of a coding that is not known, as it is told */

typedef enum {
  CODING_IDENTITY,
  CODING_GZIP,
  CODING_DEFLATE,            /* which of the two layouts is told by the first two bytes */
  CODING_UNKNOWN,
} Coding;

struct _OuioedBodyDecoder
{
  Coding             coding;
  OuioedBodyFunc     func;
  gpointer           user_data;
  GZlibDecompressor *inflater;     /* NULL until its layout is known, and for identity */
  guint8             head[2];      /* first bytes of a deflated body */
  guint              n_head;
  gboolean           finished;     /* the compressed data ended; more may follow (gzip) */
  guint              n_magic;      /* bytes behind it that begin another one as gzip does */
  gboolean           is_behind;    /* what follows is something else, and is not looked at */
  guint64            n_in;
  guint64            n_out;
  char              *problem;      /* NULL while there is none */
};

static Coding
find_coding (const char *name)
{
  static const struct { const char *name; Coding coding; } known[] = {
    { "", CODING_IDENTITY }, { "identity", CODING_IDENTITY }, { "none", CODING_IDENTITY },
    { "gzip", CODING_GZIP }, { "x-gzip", CODING_GZIP }, { "deflate", CODING_DEFLATE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_ascii_strcasecmp (known[i].name, name) == 0)
      return known[i].coding;
  return CODING_UNKNOWN;
}

/* Told to people: only what a coding may be called. */
static char *
describe_unknown (const char *name)
{
  g_autofree char *shown = g_strndup (name, NAME_CHARS);

  g_strcanon (shown, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+, ", '?');
  return g_strdup_printf ("is compressed with %s and cannot be read", shown);
}

OuioedBodyDecoder *
ouioed_body_decoder_new (const char *coding, OuioedBodyFunc func, gpointer user_data)
{
  OuioedBodyDecoder *self = g_new0 (OuioedBodyDecoder, 1);
  g_autofree char *name = g_strstrip (g_strdup (coding != NULL ? coding : ""));

  self->coding = find_coding (name);
  self->func = func;
  self->user_data = user_data;
  if (self->coding == CODING_GZIP)
    self->inflater = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  if (self->coding == CODING_UNKNOWN)
    self->problem = describe_unknown (name);
  return self;
}

void
ouioed_body_decoder_free (OuioedBodyDecoder *self)
{
  g_clear_object (&self->inflater);
  g_free (self->problem);
  g_free (self);
}

static gboolean
fail (OuioedBodyDecoder *self, const char *problem)
{
  if (self->problem == NULL)
    self->problem = g_strdup (problem);
  return FALSE;
}

static gboolean
give (OuioedBodyDecoder *self, const char *data, gsize len)
{
  self->n_out += len;
  if (self->n_out > OUIOED_BODY_MAX_BYTES)
    return fail (self, "is too long to be read");
  if (self->inflater != NULL && self->n_out > OUIOED_BODY_FREE_BYTES && self->n_out / OUIOED_BODY_MAX_RATIO > self->n_in)
    return fail (self, "is compressed out of all proportion and is not read");
  if (len > 0)
    self->func (data, len, self->user_data);
  return TRUE;
}

static const guint8 gzip_magic[] = { 0x1f, 0x8b };

/* Some servers send several compressed bodies behind each other; what else may stand behind one is not looked at. FALSE:
 * another one did not begin, or not yet. Its first bytes are gone by then. */
static gboolean
begin_next (OuioedBodyDecoder *self, const char **data, gsize *len)
{
  while (*len > 0 && !self->is_behind && self->n_magic < sizeof gzip_magic)
    {
      self->is_behind = self->coding != CODING_GZIP || (guint8) **data != gzip_magic[self->n_magic];
      self->n_magic++;
      (*data)++;
      (*len)--;
    }
  if (self->is_behind || self->n_magic < sizeof gzip_magic)
    return FALSE;
  g_converter_reset (G_CONVERTER (self->inflater));
  self->finished = FALSE;
  self->n_magic = 0;
  return TRUE;
}

static gboolean
inflate_all (OuioedBodyDecoder *self, const char *data, gsize len)
{
  char piece[PIECE_BYTES];

  for (;;)
    {
      g_autoptr(GError) error = NULL;
      gsize n_read = 0, n_written = 0;
      GConverterResult result;

      if (self->finished)
        {
          if (!begin_next (self, &data, &len))
            return TRUE;
          if (!inflate_all (self, (const char *) gzip_magic, sizeof gzip_magic))
            return FALSE;
        }
      result = g_converter_convert (G_CONVERTER (self->inflater), data, len, piece, sizeof piece, G_CONVERTER_NO_FLAGS,
                                    &n_read, &n_written, &error);
      if (result == G_CONVERTER_ERROR && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
        return TRUE;
      if (result == G_CONVERTER_ERROR)
        return fail (self, "has damaged compression and cannot be read further");
      data += n_read;
      len -= n_read;
      self->n_in += n_read;
      self->finished = result == G_CONVERTER_FINISHED;
      if (!give (self, piece, n_written))
        return FALSE;
    }
}

/* "deflate" means the frame of zlib (RFC 9110), but bodies without it are sent, too. */
static gboolean
choose_layout (OuioedBodyDecoder *self, const char **data, gsize *len)
{
  gboolean framed;

  while (self->n_head < sizeof self->head && *len > 0)
    {
      self->head[self->n_head++] = (guint8) **data;
      (*data)++;
      (*len)--;
    }
  if (self->n_head < sizeof self->head)
    return TRUE;

  framed = (self->head[0] & 0x0f) == 8 && (self->head[0] * 256 + self->head[1]) % 31 == 0;
  self->inflater = g_zlib_decompressor_new (framed ? G_ZLIB_COMPRESSOR_FORMAT_ZLIB : G_ZLIB_COMPRESSOR_FORMAT_RAW);
  return inflate_all (self, (const char *) self->head, sizeof self->head);
}

gboolean
ouioed_body_decoder_feed (OuioedBodyDecoder *self, const char *data, gsize len)
{
  if (self->problem != NULL)
    return FALSE;
  if (self->coding == CODING_IDENTITY)
    return give (self, data, len);
  if (self->inflater == NULL && !choose_layout (self, &data, &len))
    return FALSE;
  return len == 0 || inflate_all (self, data, len);
}

gboolean
ouioed_body_decoder_end (OuioedBodyDecoder *self)
{
  gboolean begun = self->n_in > 0 || self->n_head > 0;

  if (self->problem != NULL)
    return FALSE;
  if (self->coding != CODING_IDENTITY && begun && !self->finished)
    return fail (self, "ends in the middle of its compression");
  return TRUE;
}

const char *
ouioed_body_decoder_get_problem (OuioedBodyDecoder *self)
{
  return self->problem;
}

/* ouioed-body-decoder.h - takes the content coding off a body
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the copy that is recorded: clients get the bytes as they came. Incremental, and bounded: a body that grows out of
 * proportion (OUIOED_BODY_MAX_RATIO beyond OUIOED_BODY_FREE_BYTES), or beyond OUIOED_BODY_MAX_BYTES, is given up.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define OUIOED_BODY_FREE_BYTES (8 * 1024 * 1024)            /* decoded; so much is never out of proportion */
#define OUIOED_BODY_MAX_RATIO  100                          /* decoded bytes of each byte that came */
#define OUIOED_BODY_MAX_BYTES  (G_GUINT64_CONSTANT (1) << 30)   /* decoded, in all */

typedef struct _OuioedBodyDecoder OuioedBodyDecoder;
typedef void (*OuioedBodyFunc) (const char *data, gsize len, gpointer user_data);

/* @coding: the Content-Encoding, or NULL. Known: identity, gzip, x-gzip, deflate (with or without the frame of zlib). */
OuioedBodyDecoder *ouioed_body_decoder_new         (const char *coding, OuioedBodyFunc func, gpointer user_data);
void               ouioed_body_decoder_free        (OuioedBodyDecoder *self);
/* FALSE: there is a problem, now or before; the rest is not looked at. */
gboolean           ouioed_body_decoder_feed        (OuioedBodyDecoder *self, const char *data, gsize len);
/* The body ended. FALSE: there is a problem, now or before. */
gboolean           ouioed_body_decoder_end         (OuioedBodyDecoder *self);
/* Why the body cannot be read: "is compressed with br and cannot be read"; NULL while it can. */
const char        *ouioed_body_decoder_get_problem (OuioedBodyDecoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedBodyDecoder, ouioed_body_decoder_free)

G_END_DECLS

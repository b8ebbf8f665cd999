/* ouioed-http-framer.c - where a message of HTTP/1.1 begins, what each of its bytes is, and where it ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-http-framer.h"

#include <string.h>

typedef enum {
  STATE_BEFORE,              /* nothing but empty lines so far */
  STATE_HEAD,
  STATE_LENGTH,              /* in a body whose length is known */
  STATE_SIZE,                /* in the digits of a chunk size */
  STATE_EXTENSION,           /* behind them */
  STATE_SIZE_LF,
  STATE_CHUNK,
  STATE_CHUNK_CR,            /* behind the data of a chunk */
  STATE_CHUNK_LF,
  STATE_TRAILER,             /* at the first byte of a trailer, or of the empty line */
  STATE_TRAILER_LINE,
  STATE_TRAILER_END_LF,
  STATE_UNTIL_CLOSE,
  STATE_UNFRAMED,            /* an answer that nobody understands */
  STATE_TUNNEL,
  STATE_COMPLETE,
  STATE_WRONG,
} State;

#define MAX_CHUNK   (G_MAXINT64 / 16)
#define KEPT_BYTES  4096       /* of a head: what may stay with an idle connection */
#define KEPT_FIELDS 64

static void
framer_begin (OuioedHttpFramer *self, gsize max_head, gboolean is_answer)
{
  GString *head = self->head != NULL ? self->head : g_string_new (NULL);
  OuioedWireHead parsed = { .fields = self->parsed.fields };

  if (parsed.fields != NULL && parsed.fields->len > KEPT_FIELDS)
    g_clear_pointer (&parsed.fields, g_array_unref);
  if (parsed.fields != NULL)
    g_array_set_size (parsed.fields, 0);
  if (head->allocated_len > KEPT_BYTES)
    {
      g_string_free (head, TRUE);
      head = g_string_new (NULL);
    }
  g_string_truncate (head, 0);
  *self = (OuioedHttpFramer) { .head = head, .parsed = parsed, .max_head = max_head, .is_answer = is_answer };
  self->state = STATE_BEFORE;
}

void
ouioed_http_framer_begin_request (OuioedHttpFramer *self, gsize max_head)
{
  framer_begin (self, max_head, FALSE);
}

void
ouioed_http_framer_begin_answer (OuioedHttpFramer *self, gboolean is_to_head, gsize max_head)
{
  framer_begin (self, max_head, TRUE);
  self->is_to_head = is_to_head;
}

void
ouioed_http_framer_clear (OuioedHttpFramer *self)
{
  if (self->head != NULL)
    g_string_free (self->head, TRUE);
  ouioed_wire_head_clear (&self->parsed);
  *self = (OuioedHttpFramer) { 0 };
}

/* A request cannot go on; an answer can, but nobody knows where it ends. */
static void
framer_fail (OuioedHttpFramer *self, const char *error)
{
  if (self->is_answer)
    {
      self->state = STATE_UNFRAMED;
      return;
    }
  self->error = error;
  self->state = STATE_WRONG;
}

/* ---- heads ---- */

static gboolean
read_length (const OuioedWireField *field, guint64 *length)
{
  if (field->value_len == 0 || field->value_len > 18)
    return FALSE;
  *length = 0;
  for (gsize i = 0; i < field->value_len; i++)
    {
      if (!g_ascii_isdigit (field->value[i]))
        return FALSE;
      *length = *length * 10 + (guint64) (field->value[i] - '0');
    }
  return TRUE;
}

/* Whether there is one length, said once or several times; FALSE when they differ or are none. */
static gboolean
find_length (const OuioedWireHead *head, gboolean *has_length, guint64 *length)
{
  *has_length = FALSE;
  for (guint i = 0; i < head->fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (head->fields, OuioedWireField, i);
      guint64 value;

      if (!ouioed_wire_field_is (field, "content-length"))
        continue;
      if (!read_length (field, &value) || (*has_length && value != *length))
        return FALSE;
      *length = value;
      *has_length = TRUE;
    }
  return TRUE;
}

static void
framer_enter_body (OuioedHttpFramer *self, guint64 length)
{
  self->left = length;
  self->state = length > 0 ? STATE_LENGTH : STATE_COMPLETE;
}

static void
framer_enter_chunks (OuioedHttpFramer *self)
{
  self->left = 0;
  self->n_line = 0;
  self->state = STATE_SIZE;
}

static void
framer_judge_request (OuioedHttpFramer *self)
{
  gboolean is_chunked, has_length;
  guint64 length = 0;
  const char *error = NULL;

  if (!ouioed_wire_head_parse_request (&self->parsed, self->head->str, self->head->len, &error))
    {
      framer_fail (self, error);
      return;
    }
  is_chunked = ouioed_wire_head_find (&self->parsed, "transfer-encoding") != NULL;
  if (self->parsed.minor == 0 && is_chunked)
    framer_fail (self, "A request of HTTP/1.0 has no transfer-encoding");
  else if (self->parsed.minor > 0 && ouioed_wire_head_find (&self->parsed, "host") == NULL)
    framer_fail (self, "A request of HTTP/1.1 names its host");
  else if (is_chunked)
    framer_enter_chunks (self);
  else if (find_length (&self->parsed, &has_length, &length))
    framer_enter_body (self, length);
  else
    framer_fail (self, "The header field content-length is not a number");
}

static void
framer_judge_answer (OuioedHttpFramer *self)
{
  const OuioedWireHead *head = &self->parsed;
  gboolean has_length;
  guint64 length = 0;

  if (!ouioed_wire_head_parse_answer (&self->parsed, self->head->str, self->head->len))
    {
      framer_fail (self, NULL);
      return;
    }
  if (head->status == 101 && self->no_switch)
    framer_fail (self, NULL);
  else if (head->status == 101)
    self->state = STATE_TUNNEL;
  else if (head->status < 200)
    self->state = STATE_BEFORE;
  else if (self->is_to_head || head->status == 204 || head->status == 304)
    self->state = STATE_COMPLETE;
  else if (ouioed_wire_head_ends_with (head, "transfer-encoding", "chunked"))
    framer_enter_chunks (self);
  else if (ouioed_wire_head_find (head, "transfer-encoding") != NULL
           && !ouioed_wire_head_ends_with (head, "transfer-encoding", "identity"))
    self->state = STATE_UNTIL_CLOSE;
  else if (find_length (head, &has_length, &length) && has_length)
    framer_enter_body (self, length);
  else
    self->state = STATE_UNTIL_CLOSE;
}

/* The head ends with an empty line; in an answer a line feed alone may end a line. */
static gboolean
is_head_end (const OuioedHttpFramer *self)
{
  const char *end = self->head->str + self->head->len;

  if (self->head->len >= 4 && memcmp (end - 4, "\r\n\r\n", 4) == 0)
    return TRUE;
  return self->is_answer && ((self->head->len >= 2 && memcmp (end - 2, "\n\n", 2) == 0)
                             || (self->head->len >= 3 && memcmp (end - 3, "\n\r\n", 3) == 0));
}

static void
framer_finish_head (OuioedHttpFramer *self)
{
  if (self->is_answer)
    framer_judge_answer (self);
  else
    framer_judge_request (self);
  self->is_new_head = self->state != STATE_WRONG && self->state != STATE_UNFRAMED;
  self->has_head = self->is_new_head && self->state != STATE_BEFORE;
}

/* To the next line feed, where a head may end. */
static gsize
framer_take_head (OuioedHttpFramer *self, const char *data, gsize len)
{
  const char *feed;
  gsize n;

  if (self->head->len >= self->max_head)
    {
      self->is_oversized = !self->is_answer;
      framer_fail (self, "The head of the request is larger than the server accepts");
      return 0;
    }
  feed = memchr (data, '\n', MIN (len, self->max_head - self->head->len));
  n = feed != NULL ? (gsize) (feed + 1 - data) : MIN (len, self->max_head - self->head->len);
  g_string_append_len (self->head, data, n);
  if (!self->is_answer && !ouioed_head_check_feed (&self->check, data, n))
    framer_fail (self, self->check.error);
  else if (feed != NULL && is_head_end (self))
    framer_finish_head (self);
  return n;
}

/* Empty lines before a message are forgiven. */
static gsize
framer_skip_empty (OuioedHttpFramer *self, const char *data, gsize len)
{
  gsize n = 0;

  if (self->head->len > 0)    /* of an informational answer; its fields stood there */
    {
      g_string_truncate (self->head, 0);
      g_array_set_size (self->parsed.fields, 0);
    }
  while (n < len && (data[n] == '\r' || data[n] == '\n'))
    n++;
  if (!self->is_answer && n > 0 && !ouioed_head_check_feed (&self->check, data, n))
    framer_fail (self, self->check.error);
  else if (n < len)
    self->state = STATE_HEAD;
  return n;
}

/* ---- chunks ---- */

/* From here on trailers are like the fields of a head, but those that frame a message have been there. */
static const char before_trailers[] = "T\r\nhost:\r\ncontent-length:0\r\n";

static void
framer_enter_data (OuioedHttpFramer *self)
{
  self->n_line = 0;
  if (self->left > 0)
    {
      self->state = STATE_CHUNK;
      return;
    }
  self->state = STATE_TRAILER;
  self->check = (OuioedHeadCheck) { 0 };
  ouioed_head_check_feed (&self->check, before_trailers, sizeof before_trailers - 1);
}

static void
framer_take_size (OuioedHttpFramer *self, char c)
{
  int digit = g_ascii_xdigit_value (c);

  if (digit >= 0 && self->left <= MAX_CHUNK)
    self->left = self->left * 16 + (guint64) digit;
  else if (digit >= 0 || self->n_line == 1)
    framer_fail (self, "The size of a chunk is not a number");
  else if (c == '\r')
    self->state = STATE_SIZE_LF;
  else if (c == ';' || (self->is_answer && (c == ' ' || c == '\t')))
    self->state = STATE_EXTENSION;
  else if (c == '\n' && self->is_answer)
    framer_enter_data (self);
  else
    framer_fail (self, "The size of a chunk is not a number");
}

static void
framer_take_extension (OuioedHttpFramer *self, char c)
{
  if (c == '\r')
    self->state = STATE_SIZE_LF;
  else if (c == '\n' && self->is_answer)
    framer_enter_data (self);
  else if ((g_ascii_iscntrl (c) && c != '\t') || c == '\0')
    framer_fail (self, "An extension of a chunk has a control character");
}

static void
framer_expect_lf (OuioedHttpFramer *self, char c, void (*then) (OuioedHttpFramer *self))
{
  if (c == '\n')
    then (self);
  else
    framer_fail (self, "A carriage return stands alone");
}

static void
framer_complete (OuioedHttpFramer *self)
{
  self->state = STATE_COMPLETE;
}

static void
framer_take_chunk_end (OuioedHttpFramer *self, char c)
{
  if (c == '\r')
    self->state = STATE_CHUNK_LF;
  else if (c == '\n' && self->is_answer)
    framer_enter_chunks (self);
  else
    framer_fail (self, "A chunk is longer than it says");
}

/* One byte of what stands around the data. */
static void
framer_take_framing (OuioedHttpFramer *self, char c)
{
  if (++self->n_line > OUIOED_FRAMER_MAX_CHUNK_LINE)
    {
      framer_fail (self, "An extension of a chunk is too long");
      return;
    }
  switch ((int) self->state)
    {
    case STATE_SIZE:
      framer_take_size (self, c);
      break;
    case STATE_EXTENSION:
      framer_take_extension (self, c);
      break;
    case STATE_SIZE_LF:
      framer_expect_lf (self, c, framer_enter_data);
      break;
    case STATE_CHUNK_CR:
      framer_take_chunk_end (self, c);
      break;
    default:
      framer_expect_lf (self, c, framer_enter_chunks);
      break;
    }
}

static gboolean
is_framing (guint state)
{
  return state == STATE_SIZE || state == STATE_EXTENSION || state == STATE_SIZE_LF || state == STATE_CHUNK_CR
         || state == STATE_CHUNK_LF;
}

static gsize
framer_take_line (OuioedHttpFramer *self, const char *data, gsize len)
{
  gsize n = 0;

  while (n < len && is_framing (self->state))
    framer_take_framing (self, data[n++]);
  return n;
}

static void
framer_take_trailer (OuioedHttpFramer *self, char c)
{
  if (self->state == STATE_TRAILER_END_LF)
    framer_expect_lf (self, c, framer_complete);
  else if (self->state == STATE_TRAILER && c == '\r')
    self->state = STATE_TRAILER_END_LF;
  else if (self->state == STATE_TRAILER && c == '\n' && self->is_answer)
    self->state = STATE_COMPLETE;
  else
    self->state = c == '\n' ? STATE_TRAILER : STATE_TRAILER_LINE;
}

static gsize
framer_take_trailers (OuioedHttpFramer *self, const char *data, gsize len)
{
  gsize n = 0;

  while (n < len && (self->state == STATE_TRAILER || self->state == STATE_TRAILER_LINE
                     || self->state == STATE_TRAILER_END_LF))
    {
      char c = data[n++];

      if (++self->n_line > self->max_head)
        framer_fail (self, "The trailers are larger than the server accepts");
      else if (!self->is_answer && !ouioed_head_check_feed (&self->check, &c, 1))
        framer_fail (self, self->check.error);
      else
        framer_take_trailer (self, c);
    }
  return n;
}

/* ---- bodies ---- */

static gsize
framer_take_data (OuioedHttpFramer *self, gsize len, State then)
{
  gsize n = (gsize) MIN (self->left, len);

  self->left -= n;
  if (self->left == 0)
    self->state = then;
  return n;
}

gsize
ouioed_http_framer_next (OuioedHttpFramer *self, const char *data, gsize len, OuioedPart *part)
{
  gsize n;

  self->is_new_head = FALSE;
  if (len == 0)
    return 0;

  self->is_touched = TRUE;
  switch ((State) self->state)
    {
    case STATE_BEFORE:
      *part = OUIOED_PART_HEAD;
      n = framer_skip_empty (self, data, len);
      return n > 0 || self->state != STATE_HEAD ? n : framer_take_head (self, data, len);
    case STATE_HEAD:
      *part = OUIOED_PART_HEAD;
      n = framer_take_head (self, data, len);
      return n > 0 ? n : self->state == STATE_UNFRAMED ? ouioed_http_framer_next (self, data, len, part) : 0;
    case STATE_LENGTH:
      *part = OUIOED_PART_BODY;
      return framer_take_data (self, len, STATE_COMPLETE);
    case STATE_CHUNK:
      *part = OUIOED_PART_BODY;
      return framer_take_data (self, len, STATE_CHUNK_CR);
    case STATE_SIZE:
    case STATE_EXTENSION:
    case STATE_SIZE_LF:
    case STATE_CHUNK_CR:
    case STATE_CHUNK_LF:
      *part = OUIOED_PART_FRAMING;
      return framer_take_line (self, data, len);
    case STATE_TRAILER:
    case STATE_TRAILER_LINE:
    case STATE_TRAILER_END_LF:
      *part = OUIOED_PART_TRAILER;
      return framer_take_trailers (self, data, len);
    case STATE_UNTIL_CLOSE:
      *part = OUIOED_PART_BODY;
      return len;
    case STATE_UNFRAMED:
    case STATE_TUNNEL:
      *part = OUIOED_PART_RAW;
      return len;
    case STATE_COMPLETE:
    case STATE_WRONG:
    default:
      return 0;
    }
}

gboolean
ouioed_http_framer_is_complete (const OuioedHttpFramer *self)
{
  return self->state == STATE_COMPLETE;
}

gboolean
ouioed_http_framer_is_until_close (const OuioedHttpFramer *self)
{
  return self->state == STATE_UNTIL_CLOSE || self->state == STATE_UNFRAMED || self->state == STATE_TUNNEL;
}

gboolean
ouioed_http_framer_is_broken (const OuioedHttpFramer *self)
{
  return self->state == STATE_UNFRAMED;
}

gboolean
ouioed_http_framer_is_tunnel (const OuioedHttpFramer *self)
{
  return self->state == STATE_TUNNEL;
}

gboolean
ouioed_http_framer_is_untouched (const OuioedHttpFramer *self)
{
  return !self->is_touched;
}

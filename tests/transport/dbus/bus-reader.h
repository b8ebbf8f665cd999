/* bus-reader.h - who reads the pipe of a stream, line by line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bus-fixture.h"

G_BEGIN_DECLS

typedef struct {
  int      fd;
  GString *text;      /* what has come and is not taken */
  gboolean ended;
} Reader;

void  reader_init  (Reader *reader, int fd);
/* OpenStream of the session at @path. */
void  reader_open  (Reader *reader, BusFixture *f, const char *path, const char *after);
void  reader_close (Reader *reader);
/* (transfer full): the next line, or NULL at the end. */
char *reader_take  (Reader *reader, BusFixture *f);

G_END_DECLS

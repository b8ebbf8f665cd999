/* ouioed-store-sqlite.h - keeps sessions and events in a database file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ouioed-store.h"

G_BEGIN_DECLS

#define OUIOED_TYPE_STORE_SQLITE (ouioed_store_sqlite_get_type ())
G_DECLARE_FINAL_TYPE (OuioedStoreSqlite, ouioed_store_sqlite, OUIOED, STORE_SQLITE, GObject)

/* @path: of the database; its directory must exist. Beside it stand PATH-wal, PATH-shm and PATH-lock. */
OuioedStore *ouioed_store_sqlite_new (const char *path);

G_END_DECLS

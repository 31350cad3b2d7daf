// The negative controls of the write log: rows into a SQLite file by the gateway's own SQLite, each acknowledged by a line "ACK n".
//
//   plain-writer LIBRARY FILE full|normal|returning ROWS
//
// full: acknowledged after the commit, synchronous=FULL. normal: the same under NORMAL. returning: FULL, acknowledged on the row that
// INSERT ... RETURNING hands out, which is before its commit.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SQLITE_OK = 0, SQLITE_ROW = 100, SQLITE_DONE = 101 };

static int (*open_file)(const char *, void **);
static int (*execute)(void *, const char *, void *, void *, char **);
static int (*prepare)(void *, const char *, int, void **, const char **);
static int (*step)(void *);
static int (*finalize)(void *);

static void must(int result, int expected, const char *what) {
  if (result == expected) return;
  fprintf(stderr, "plain-writer: %s: %d\n", what, result);
  exit(1);
}

static void acknowledge(int row) {
  char line[32];
  int length = snprintf(line, sizeof line, "ACK %d\n", row);
  if (write(1, line, (size_t)length) != length) exit(1);
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  // The library leaves the mathematics to its host.
  dlopen("libm.so.6", RTLD_NOW | RTLD_GLOBAL);
  void *library = dlopen(arguments[1], RTLD_NOW), *file, *insert;
  if (library == NULL) {
    fprintf(stderr, "plain-writer: %s\n", dlerror());
    return 2;
  }

  open_file = dlsym(library, "sqlite3_open");
  execute = dlsym(library, "sqlite3_exec");
  prepare = dlsym(library, "sqlite3_prepare_v2");
  step = dlsym(library, "sqlite3_step");
  finalize = dlsym(library, "sqlite3_finalize");
  int is_normal = strcmp(arguments[3], "normal") == 0, is_returning = strcmp(arguments[3], "returning") == 0, rows = atoi(arguments[4]);
  must(open_file(arguments[2], &file), SQLITE_OK, "open");
  must(execute(file, "PRAGMA journal_mode=WAL", NULL, NULL, NULL), SQLITE_OK, "WAL");
  must(execute(file, is_normal ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL", NULL, NULL, NULL), SQLITE_OK, "synchronous");
  must(execute(file, "CREATE TABLE entry (id INTEGER PRIMARY KEY, body BLOB NOT NULL)", NULL, NULL, NULL), SQLITE_OK, "create");
  for (int row = 1; row <= rows; row++) {
    char sql[128];
    snprintf(sql, sizeof sql, "INSERT INTO entry VALUES (%d, randomblob(400))%s", row, is_returning ? " RETURNING id" : "");
    must(prepare(file, sql, -1, &insert, NULL), SQLITE_OK, "prepare");
    if (is_returning) {
      must(step(insert), SQLITE_ROW, "the row");
      acknowledge(row);
    }
    must(step(insert), SQLITE_DONE, "insert");
    must(finalize(insert), SQLITE_OK, "finalize");
    if (!is_returning) acknowledge(row);
  }
  // Neither closed nor checkpointed: the power fails.
  _exit(0);
}

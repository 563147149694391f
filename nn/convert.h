/* convert: any data set as a pack: from the cache directory, or made now. Any thread. */
#ifndef NN_CONVERT_H
#define NN_CONVERT_H

#include "nn/pack_write.h"

enum { CONVERT_SOURCES_MAX = 32 };

/* "A,B" with full paths; the caller frees it. What is not there stays as it is. */
char *convert_resolve(const char *data);

/* Opens the pack of "A" or "A,B"; one in memory alone where nothing can be kept (a pipe, no cache
 * directory). NULL and err. */
struct pack *convert_open(const char *data, const struct dataset_how *how, struct err *err);

/* Reads all the sources into a pack that is being written; 0 or -1. */
int convert_into(const char *data, const struct dataset_how *how, struct pack_writer *w,
                 struct err *err);

#endif

/* library: see library.h. */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/mem.h"

/* The address of a function; NULL and err. */
static void *find(const struct library_call *call, struct err *err)
{
    void *file = dlopen(call->file, RTLD_LAZY | RTLD_LOCAL);
    void *function = file != NULL ? dlsym(file, call->name) : NULL;
    if (function == NULL)
        err_set(err, "%s", dlerror());
    return function;
}

static int load(const struct library *l, struct err *err)
{
    for (size_t i = 0; i < l->count; i++)
        if (find(&l->call[i], err) == NULL)
            return -1;
    for (size_t i = 0; i < l->count; i++) {
        void *function = find(&l->call[i], err);
        memcpy(l->call[i].place, &function, sizeof function);
    }
    mem_forget_loading();
    return 0;
}

int library_need(struct library *l, struct err *err)
{
    pthread_mutex_lock(&l->lock);
    if (l->state == 0)
        l->state = load(l, &l->err) == 0 ? 1 : -1;
    int state = l->state;
    pthread_mutex_unlock(&l->lock);
    return state > 0 ? 0 : err_set(err, "%s", l->err.text);
}

/* queue: see queue.h. Who looks holds the folder's ".queue" file locked, so that two never find at
 * the same moment that it is their turn. */
#include "nn/queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

struct others {
    bool running;     /* one of them is trained */
    long first, last; /* lowest and highest place of those that wait, 0 without */
};

/* Adds what another directory's lock says. */
static void count(struct others *o, const struct stat *own, const char *path)
{
    struct stat st;
    pid_t pid;
    long ticket;
    if (stat(path, &st) != 0 || (st.st_dev == own->st_dev && st.st_ino == own->st_ino))
        return; /* ours, by whatever name */
    enum rundir_use use = rundir_probe(path, &pid, &ticket);
    o->running |= use == RUNDIR_RUNNING;
    if (use != RUNDIR_WAITING)
        return;
    o->first = o->first == 0 || ticket < o->first ? ticket : o->first;
    o->last = ticket > o->last ? ticket : o->last;
}

static int look_around(const struct rundir *r, const char *folder, struct others *o,
                       struct err *err)
{
    struct stat own;
    DIR *dir = opendir(folder);
    if (dir == NULL || stat(r->path, &own) != 0) {
        err_errno(err, "%s: the queue cannot be read", folder);
        if (dir != NULL)
            closedir(dir);
        return -1;
    }
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        char *path = file_join(folder, e->d_name);
        if (e->d_name[0] != '.')
            count(o, &own, path);
        free(path);
    }
    closedir(dir);
    return 0;
}

/* Locks the folder's queue; the descriptor, or -1. */
static int enter(const char *folder, struct err *err)
{
    char *path = file_join(folder, ".queue");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), rc = -1;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    while (fd >= 0 && (rc = fcntl(fd, F_OFD_SETLKW, &whole)) != 0 && errno == EINTR)
        whole.l_pid = 0;
    if (rc != 0) {
        err_errno(err, "%s: cannot lock", path);
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    free(path);
    return fd;
}

int queue_turn(struct rundir *r, bool *turn, struct err *err)
{
    char *folder = realpath(r->path, NULL);
    if (folder == NULL)
        return err_errno(err, "%s", r->path);
    *strrchr(folder, '/') = '\0';
    struct others o = {0};
    int fd = enter(folder, err), rc = -1;
    if (fd >= 0 && look_around(r, folder, &o, err) == 0) {
        *turn = !o.running && (o.first == 0 || (r->ticket > 0 && r->ticket < o.first));
        long ticket = *turn ? 0 : r->ticket > 0 ? r->ticket : o.last + 1;
        rc = *turn || ticket != r->ticket ? rundir_set_ticket(r, ticket, err) : 0;
    }
    if (fd >= 0)
        close(fd);
    free(folder);
    return rc;
}

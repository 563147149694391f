/* album: see album.h. The frame goes to the thread by one mailbox, a failure comes back by another.
 */
#include "vision/album.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mailbox.h"
#include "base/mem.h"
#include "base/thread.h"
#include "vision/media_write.h"

#define EACH_NS CLOCK_S

struct page {
    struct frame *frame;
    int faces;
    struct {
        int id;
        struct box box;
    } face[SCENE_FACES_MAX];
};

struct album {
    char *dir;
    struct thread thread;
    struct mailbox pages, fate;
    int64_t last;   /* the analysis': when a page was handed over */
    struct err why; /* the opener's */
};

static void page_free(void *arg)
{
    struct page *p = arg;
    frame_unref(p->frame);
    free(p);
}

/* ---- the album's thread ---------------------------------------------------------------------- */

/* The box and a fifth of its longer side around it, inside the picture. */
static struct box around(struct box b, int width, int height)
{
    int more = (b.w > b.h ? b.w : b.h) / 5;
    int x = b.x - more > 0 ? b.x - more : 0, y = b.y - more > 0 ? b.y - more : 0;
    int right = b.x + b.w + more < width ? b.x + b.w + more : width;
    int bottom = b.y + b.h + more < height ? b.y + b.h + more : height;
    return (struct box){x, y, right - x, bottom - y};
}

static int save(const struct album *a, const struct frame *f, int id, struct box box,
                const char *when, struct err *err)
{
    struct box r = around(box, f->width, f->height);
    if (r.w <= 0 || r.h <= 0)
        return 0;
    uint8_t *rgb = mem_alloc(3 * (size_t)r.w * (size_t)r.h), *out = rgb;
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++, out += 3) {
            size_t at = (size_t)y * (size_t)f->width + (size_t)x;
            if (f->rgb != NULL)
                memcpy(out, f->rgb + 3 * at, 3);
            else
                memset(out, f->grey[at], 3);
        }
    }
    char *path = mem_printf("%s/face-%d-%s.png", a->dir, id, when);
    int status = media_write_picture(path, rgb, r.w, r.h, err);
    free(path);
    free(rgb);
    return status;
}

static int save_page(const struct album *a, const struct page *p, struct err *err)
{
    char when[32];
    time_t t = time(NULL);
    struct tm tm;
    localtime_r(&t, &tm);
    strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm);
    for (int i = 0; i < p->faces; i++) {
        if (save(a, p->frame, p->face[i].id, p->face[i].box, when, err) != 0)
            return -1;
    }
    return 0;
}

static void *album_main(void *arg)
{
    struct album *a = arg;
    struct page *p;
    while ((p = mailbox_wait(&a->pages, clock_now() + 3600 * CLOCK_S)) != NULL) {
        struct err *err = mem_zalloc(1, sizeof *err);
        int status = save_page(a, p, err);
        page_free(p);
        if (status != 0) {
            mailbox_put(&a->fate, err);
            mailbox_close(&a->pages);
            break;
        }
        free(err);
    }
    return NULL;
}

/* ---- the others ------------------------------------------------------------------------------ */

struct album *album_open(const char *dir, struct err *err)
{
    if (file_mkdirs(dir, err) != 0)
        return NULL;
    struct album *a = mem_zalloc(1, sizeof *a);
    a->dir = mem_strdup(dir);
    mailbox_init(&a->pages, page_free);
    mailbox_init(&a->fate, free);
    if (thread_start(&a->thread, "album", album_main, a, err) == 0)
        return a;
    album_close(a);
    return NULL;
}

void album_put(struct album *a, struct frame *frame, const struct scene *scene)
{
    if (a == NULL || scene->faces == 0 || (a->last != 0 && scene->done - a->last < EACH_NS))
        return;
    a->last = scene->done;
    struct page *p = mem_zalloc(1, sizeof *p);
    p->frame = frame_ref(frame);
    for (int i = 0; i < scene->faces; i++) {
        if (scene->face[i].neighbors == 0)
            continue;
        p->face[p->faces].id = scene->face[i].id;
        p->face[p->faces++].box = scene->face[i].box;
    }
    mailbox_put(&a->pages, p);
}

bool album_failed(struct album *a, struct err *err)
{
    if (a == NULL)
        return false;
    struct err *why = mailbox_take(&a->fate);
    if (why != NULL)
        a->why = *why;
    free(why);
    if (a->why.text[0] != '\0')
        err_set(err, "%s", a->why.text);
    return a->why.text[0] != '\0';
}

void album_close(struct album *a)
{
    if (a == NULL)
        return;
    mailbox_close(&a->pages);
    thread_join(&a->thread);
    mailbox_destroy(&a->pages);
    mailbox_destroy(&a->fate);
    free(a->dir);
    free(a);
}

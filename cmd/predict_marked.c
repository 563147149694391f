/* predict_marked: marked pictures of `moodtop predict --annotate`. See predict.h. Main thread. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cmd/predict.h"
#include "vision/annotate.h"
#include "vision/folder.h"
#include "vision/media_write.h"

struct marked {
    char *folder; /* NULL if `file` is all */
    char *file;
    char *path;  /* of the input that is being written, NULL at first */
    char *name;  /* what its pictures begin with: never the same for two inputs */
    char **used; /* (inputs) their names */
    int inputs;
    uint8_t *rgb;
    size_t room;
};

static const char *ending(const char *path)
{
    const char *dot = strrchr(file_base(path), '.');
    return dot != NULL && dot != file_base(path) ? dot + 1 : "";
}

struct marked *marked_open(const char *out, bool one_file, struct err *err)
{
    struct marked *m = mem_zalloc(1, sizeof *m);
    if (one_file && !file_is_dir(out) && folder_is_picture(out)) {
        m->file = mem_strdup(out);
        return m;
    }
    m->folder = mem_strdup(out);
    if (file_mkdirs(out, err) != 0) {
        err_prefix(err, "--annotate");
        marked_close(m);
        return NULL;
    }
    return m;
}

void marked_close(struct marked *m)
{
    if (m == NULL)
        return;
    for (int i = 0; i < m->inputs; i++)
        free(m->used[i]);
    free(m->used);
    free(m->folder);
    free(m->file);
    free(m->path);
    free(m->rgb);
    free(m);
}

static bool taken(const struct marked *m, const char *name)
{
    for (int i = 0; i < m->inputs; i++) {
        if (strcmp(m->used[i], name) == 0)
            return true;
    }
    return false;
}

/* Begins another input: chooses a name for it. */
static void begin(struct marked *m, const char *path)
{
    char *stem = mem_strdup(strcmp(path, "-") == 0 ? "stdin" : file_base(path));
    if (ending(path)[0] != '\0')
        stem[strlen(stem) - strlen(ending(path)) - 1] = '\0';
    char *name = mem_strdup(stem);
    for (int i = 2; taken(m, name); i++) {
        free(name);
        name = mem_printf("%s-%d", stem, i);
    }
    free(stem);
    free(m->path);
    m->path = mem_strdup(path);
    m->used = mem_realloc(m->used, (size_t)m->inputs + 1, sizeof *m->used);
    m->used[m->inputs++] = m->name = name;
}

static void copy_colors(struct marked *m, const struct frame *frame)
{
    size_t n = (size_t)frame->width * (size_t)frame->height;
    if (m->room < 3 * n) {
        m->rgb = mem_realloc(m->rgb, 3 * n, 1);
        m->room = 3 * n;
    }
    if (frame->rgb != NULL) {
        memcpy(m->rgb, frame->rgb, 3 * n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        memset(m->rgb + 3 * i, frame->grey[i], 3);
}

static char *name_out(const struct marked *m, long frame_number, bool picture)
{
    if (m->file != NULL)
        return mem_strdup(m->file);
    if (picture && frame_number == 0)
        return mem_printf("%s/%s.png", m->folder, m->name);
    return mem_printf("%s/%s-%06ld.png", m->folder, m->name, frame_number);
}

int marked_write(struct marked *m, const char *path, long frame_number, const struct frame *frame,
                 const struct scene *scene, const char *const *labels, struct err *err)
{
    if (m->file != NULL && frame_number > 0)
        return err_set(err, "--annotate %s: %s has more than one picture; give a folder", m->file,
                       path);
    if (m->path == NULL || strcmp(m->path, path) != 0 || frame_number == 0)
        begin(m, path);
    copy_colors(m, frame);
    annotate_scene(m->rgb, frame->width, frame->height, scene, labels);
    char *out = name_out(m, frame_number, folder_is_picture(path));
    int rc = media_write_picture(out, m->rgb, frame->width, frame->height, err);
    free(out);
    return rc;
}

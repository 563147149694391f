/* predict_listing: the pictures and videos of a folder. See predict.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "cmd/predict.h"
#include "vision/folder.h"

static bool is_video(const char *name)
{
    static const char *const endings[] = {"mp4",  "m4v", "mkv", "webm", "avi", "mov",
                                          "ogg",  "ogv", "mpg", "mpeg", "ts",  "mjpeg",
                                          "mjpg", "flv", "wmv", "3gp"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < MEM_COUNT(endings); i++) {
        if (strcasecmp(dot + 1, endings[i]) == 0)
            return true;
    }
    return false;
}

static int wanted(const struct dirent *e)
{
    return e->d_name[0] != '.' && (folder_is_picture(e->d_name) || is_video(e->d_name));
}

int listing_read(struct listing *list, const char *folder, struct err *err)
{
    struct dirent **entry;
    *list = (struct listing){0};
    int n = scandir(folder, &entry, wanted, versionsort);
    if (n < 0)
        return err_errno(err, "%s: cannot list this folder", folder);
    list->path = mem_zalloc((size_t)n, sizeof *list->path);
    for (int i = 0; i < n; i++) {
        char *path = file_join(folder, entry[i]->d_name);
        if (file_is_dir(path))
            free(path);
        else
            list->path[list->count++] = path;
        free(entry[i]);
    }
    free(entry);
    return 0;
}

void listing_free(struct listing *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->path[i]);
    free(list->path);
}

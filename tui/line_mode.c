/* line_mode: see line_mode.h. */
#include "tui/line_mode.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { MOODS_SHOWN = 3 };
#define SHOWN_FROM 0.05f

/* The moods worth a word, likeliest first: the largest always, others from SHOWN_FROM on. */
static int ranking(const struct scene_face *face, int classes, int *rank)
{
    bool taken[SCENE_CLASSES_MAX] = {false};
    int n = 0;
    for (; n < MOODS_SHOWN && n < classes; n++) {
        int best = -1;
        for (int c = 0; c < classes; c++)
            if (!taken[c] && (best < 0 || face->p[c] > face->p[best]))
                best = c;
        if (n > 0 && face->p[best] < SHOWN_FROM)
            break;
        taken[best] = true;
        rank[n] = best;
    }
    return n;
}

void line_mode_face(const struct scene_face *face, const char *const *labels, int classes,
                    char *text, size_t size)
{
    int rank[MOODS_SHOWN];
    int n = ranking(face, classes, rank);
    snprintf(text, size, "face %d", face->id);
    for (int i = 0; i < n; i++)
        text_add(text, size, " %s %.2f", labels[rank[i]], (double)face->p[rank[i]]);
}

static void add_face(const struct scene_face *face, const char *const *labels, int classes,
                     int moods, char *text, size_t size)
{
    int rank[MOODS_SHOWN];
    int n = ranking(face, classes, rank);
    text_add(text, size, "%s%d", text[0] ? "  " : "", face->id);
    for (int i = 0; i < n && i < moods; i++)
        text_add(text, size, " %s %.0f%%", labels[rank[i]], 100 * (double)face->p[rank[i]]);
}

void line_mode_scene(const struct scene *scene, const struct live_status *status,
                     const char *const *labels, int selected, char *text, size_t size)
{
    text[0] = '\0';
    if (status->state == LIVE_LOST)
        snprintf(text, size, "lost: %s", status->why);
    else if (scene->seq == 0)
        snprintf(text, size, "opening %s", status->source);
    else if (scene->faces == 0)
        snprintf(text, size, "no face");
    if (text[0] != '\0')
        return;
    for (int i = 0; i < scene->faces; i++)
        if (scene->face[i].id == selected)
            add_face(&scene->face[i], labels, scene->classes, 2, text, size);
    for (int i = 0; i < scene->faces; i++)
        if (scene->face[i].id != selected)
            add_face(&scene->face[i], labels, scene->classes, 1, text, size);
    if (status->state == LIVE_PAUSED || status->state == LIVE_ENDED)
        text_add(text, size, status->state == LIVE_PAUSED ? "  (paused)" : "  (end)");
}

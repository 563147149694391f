/*
 * performer: how often the real detector finds the performer's face, and how often the real network
 * reads from it what it plays. Measured and reported; the performer is not tuned to it.
 *
 *   performer [--model DIR] [--margin SHARE] [--cascade FILE] [--seeds N] [--write FOLDER]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/analyze.h"
#include "vision/annotate.h"
#include "vision/media_write.h"
#include "vision/performer.h"

#define WIDTH 640
#define HEIGHT 480
#define TIMES 8 /* moments of each mood and seed, 1.7 s apart */

struct tally {
    int shown, found;
    int read_as[SCENE_CLASSES_MAX];
    double p; /* sum of the probability of what was played */
};

struct bench {
    struct analyzer *analyzer;
    const struct infer_info *model;
    const char *folder;
    struct frame frame;
    struct scene scene;
    struct tally tally[PERFORMER_MOODS];
};

static double overlap(const struct box *a, const struct box *b)
{
    int x0 = a->x > b->x ? a->x : b->x, y0 = a->y > b->y ? a->y : b->y;
    int x1 = a->x + a->w < b->x + b->w ? a->x + a->w : b->x + b->w;
    int y1 = a->y + a->h < b->y + b->h ? a->y + a->h : b->y + b->h;
    double both = x1 > x0 && y1 > y0 ? (double)(x1 - x0) * (y1 - y0) : 0;
    return both / ((double)a->w * a->h + (double)b->w * b->h - both);
}

static int class_of(const struct infer_info *model, const char *mood)
{
    for (int c = 0; c < model->classes; c++) {
        if (strcmp(model->labels[c], mood) == 0)
            return c;
    }
    return -1;
}

static void write_marked(struct bench *b, unsigned seed, int mood, int k)
{
    struct err err = {""};
    char *path = mem_printf("%s/%s-%u-%d.png", b->folder, performer_mood_name[mood], seed, k);
    annotate_scene(b->frame.rgb, WIDTH, HEIGHT, &b->scene, b->model->labels);
    if (media_write_picture(path, b->frame.rgb, WIDTH, HEIGHT, &err) != 0)
        fprintf(stderr, "%s\n", err.text);
    free(path);
}

static void measure(struct bench *b, unsigned seed, int mood, int k)
{
    struct performer p = {.seed = seed, .only = mood};
    struct tally *t = &b->tally[mood];
    performer_draw(&p, 0.4 + 1.7 * k, WIDTH, HEIGHT, b->frame.rgb, b->frame.grey, &b->frame.truth);
    analyzer_run(b->analyzer, &b->frame, &b->scene);
    t->shown++;
    for (int i = 0; i < b->scene.faces; i++) {
        const struct scene_face *f = &b->scene.face[i];
        int c = class_of(b->model, performer_mood_name[mood]);
        if (overlap(&f->box, &b->frame.truth.face) < 0.5)
            continue;
        t->found++;
        t->read_as[f->mood]++;
        t->p += c >= 0 ? (double)f->raw[c] : 0;
        break;
    }
    if (b->folder != NULL && k == 0)
        write_marked(b, seed, mood, k);
}

static void print_table(const struct bench *b)
{
    int shown = 0, found = 0, agreed = 0;
    printf("%-9s %6s %6s %6s   read as\n%-9s %6s %6s %6s  ", "plays", "found", "agrees", "p", "",
           "", "", "");
    for (int c = 0; c < b->model->classes; c++)
        printf(" %5.5s", b->model->labels[c]);
    putchar('\n');
    for (int m = 0; m < PERFORMER_MOODS; m++) {
        const struct tally *t = &b->tally[m];
        int c = class_of(b->model, performer_mood_name[m]), n = t->found > 0 ? t->found : 1;
        int right = c >= 0 ? t->read_as[c] : 0;
        printf("%-9s %5.1f%% %5.1f%% %6.3f  ", performer_mood_name[m], 100.0 * t->found / t->shown,
               100.0 * right / n, t->p / n);
        for (c = 0; c < b->model->classes; c++)
            printf(" %5d", t->read_as[c]);
        putchar('\n');
        shown += t->shown;
        found += t->found;
        agreed += right;
    }
    printf("%-9s %5.1f%% %5.1f%%\n", "all", 100.0 * found / shown,
           100.0 * agreed / (found > 0 ? found : 1));
}

int main(int argc, char **argv)
{
    struct detect_opts detect = {.cascade = "haarcascade_frontalface_alt2.xml",
                                 .scale_factor = 1.1,
                                 .min_neighbors = 5,
                                 .min_size = 30};
    struct model_opts model = {.margin = 0.05};
    struct live_opts live = {.max_faces = 16};
    static struct bench b;
    struct err err = {""};
    int seeds = 10;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--model") == 0)
            snprintf(model.dir, sizeof model.dir, "%s", argv[i + 1]);
        else if (strcmp(argv[i], "--margin") == 0)
            model.margin = atof(argv[i + 1]);
        else if (strcmp(argv[i], "--cascade") == 0)
            snprintf(detect.cascade, sizeof detect.cascade, "%s", argv[i + 1]);
        else if (strcmp(argv[i], "--seeds") == 0)
            seeds = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--write") == 0)
            b.folder = argv[i + 1];
    }
    b.analyzer = analyzer_open(&detect, &model, &live, &err);
    if (b.analyzer == NULL) {
        fprintf(stderr, "performer: %s\n", err.text);
        return 1;
    }
    b.model = analyzer_model(b.analyzer);
    b.frame = (struct frame){.width = WIDTH, .height = HEIGHT, .alone = true};
    b.frame.rgb = mem_alloc(WIDTH * HEIGHT * 3);
    b.frame.grey = mem_alloc(WIDTH * HEIGHT);
    for (int mood = 0; mood < PERFORMER_MOODS; mood++) {
        for (int s = 0; s < seeds; s++) {
            for (int k = 0; k < TIMES; k++)
                measure(&b, (unsigned)s + 1, mood, k);
        }
    }
    print_table(&b);
    analyzer_close(b.analyzer);
    free(b.frame.rgb);
    free(b.frame.grey);
    return 0;
}

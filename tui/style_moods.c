/*
 * style_moods: letters, names and colours of classes; see style_moods() in style.h.
 *
 * The colours follow Plutchik's wheel where it agrees with custom: anger red, disgust green, fear
 * violet, joy yellow, sadness blue.
 */
#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "tui/style.h"
#include "tui/style_pairs.h"

/* The colour on a background that is unknown or dark, on a light one, and with 16 colours or less.
 */
struct palette {
    int any, light, color16;
};

static const struct known {
    const char *stem; /* how labels begin that mean it */
    char letter;
    const char *name;
    struct palette color;
} known[] = {
    {"ang", 'A', "angry", {196, 160, 1}},    {"disg", 'D', "disgust", {34, 28, 2}},
    {"fear", 'F', "fear", {170, 127, 5}},    {"happ", 'H', "happy", {178, 136, 3}},
    {"joy", 'H', "happy", {178, 136, 3}},    {"sad", 'S', "sad", {33, 26, 12}},
    {"surp", 'U', "surprise", {37, 30, 6}},  {"neut", 'N', "neutral", {-1, -1, -1}},
    {"cont", 'C', "contempt", {137, 94, 3}},
};

/* For labels that nobody knows, in turn. */
static const struct palette spare[] = {
    {208, 166, 3}, {99, 55, 4}, {71, 22, 2}, {168, 125, 5}, {67, 24, 6}, {137, 94, 1},
};

static const struct known *find_known(const char *label)
{
    for (size_t i = 0; i < MEM_COUNT(known); i++) {
        if (strncasecmp(label, known[i].stem, strlen(known[i].stem)) == 0)
            return &known[i];
    }
    return NULL;
}

static bool letter_taken(const struct style_mood *m, int n, char letter)
{
    for (int i = 0; i < n; i++) {
        if (m[i].letter == letter)
            return true;
    }
    return false;
}

/* A letter of the label, else of the alphabet, else a digit, that no other class has. */
static char free_letter(const struct style_mood *m, int n, const char *label)
{
    for (const char *c = label; *c != '\0'; c++) {
        char up = (char)toupper((unsigned char)*c);
        if (up >= 'A' && up <= 'Z' && !letter_taken(m, n, up))
            return up;
    }
    for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"; *c != '\0'; c++) {
        if (!letter_taken(m, n, *c))
            return *c;
    }
    return '?';
}

/* The first characters of the label; what is not printable ASCII becomes '?', a blank '-'. */
static void copy_name(char *name, size_t size, const char *label)
{
    size_t i = 0;
    for (; i + 1 < size && label[i] != '\0'; i++)
        name[i] = label[i] == ' ' ? '-' : label[i] > ' ' && label[i] < 127 ? label[i] : '?';
    name[i] = '\0';
}

static void set_color(const struct style *s, struct style_mood *m, const struct palette *p)
{
    m->color = style_color(s, s->light ? p->light : p->any, p->color16);
    m->ink = style_ink_kept(s, m->color, STYLE_DEFAULT, A_NORMAL);
}

void style_moods(const struct style *s, const char *const *labels, int n, struct style_mood *out)
{
    size_t others = 0;
    memset(out, 0, (size_t)n * sizeof *out);
    for (int i = 0; i < n; i++) {
        const struct known *k = find_known(labels[i]);
        if (k == NULL || letter_taken(out, n, k->letter))
            continue;
        out[i].letter = k->letter;
        copy_name(out[i].name, sizeof out[i].name, k->name);
        set_color(s, &out[i], &k->color);
    }
    for (int i = 0; i < n; i++) {
        if (out[i].letter != '\0')
            continue;
        out[i].letter = free_letter(out, n, labels[i]);
        copy_name(out[i].name, sizeof out[i].name, labels[i]);
        set_color(s, &out[i], &spare[others++ % MEM_COUNT(spare)]);
    }
}

/* live_keys: what the keys of the live view do. UI thread. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tui/layout.h"
#include "tui/live_screen.h"
#include "vision/live_source.h"
#include "vision/record.h"

#define BACK_STEP_S 10.0
#define CROP_STEP 0.05 /* of the margin */
#define OFFSET_STEP 0.02
#define MARGIN_MIN (-0.3)
#define SEEK_S 10.0 /* of a record */
#define SPEED_MIN 0.125
#define SPEED_MAX 16.0

static void key_look(struct view *v, int key)
{
    (void)key;
    picture_next_renderer(live_panes_picture(live_screen_of(v)->panes));
}

/* Between grey and colour half blocks; from any other look to colour. */
static void key_color(struct view *v, int key)
{
    (void)key;
    struct picture *p = live_panes_picture(live_screen_of(v)->panes);
    enum ui_renderer start = picture_renderer_id(p);
    enum ui_renderer want = start == UI_HALF_COLOR ? UI_HALF_GREY : UI_HALF_COLOR;
    do
        picture_next_renderer(p);
    while (picture_renderer_id(p) != want && picture_renderer_id(p) != start);
}

static void key_pause(struct view *v, int key)
{
    (void)key;
    live_pause(live_screen_live(v), !live_paused(live_screen_live(v)));
}

static int index_of(const struct scene *scene, int id)
{
    for (int i = 0; i < scene->faces; i++)
        if (scene->face[i].id == id)
            return i;
    return 0;
}

static void face_step(struct live_show *show, int step)
{
    int n = show->scene.faces;
    if (n > 0)
        show->selected =
            show->scene.face[(index_of(&show->scene, show->selected) + step + n) % n].id;
}

static void key_face(struct view *v, int key)
{
    face_step(&live_screen_of(v)->show, key == '[' || key == KEY_UP || key == 'k' ? -1 : 1);
}

static void key_face_end(struct view *v, int key)
{
    struct live_show *show = &live_screen_of(v)->show;
    if (show->scene.faces > 0)
        show->selected =
            show->scene.face[key == 'g' || key == KEY_HOME ? 0 : show->scene.faces - 1].id;
}

static void key_time(struct view *v, int key)
{
    struct live_show *show = &live_screen_of(v)->show;
    show->back_s += key == KEY_LEFT || key == 'h' ? BACK_STEP_S : -BACK_STEP_S;
    double most = LIVE_MEMORY_S - LIVE_SPAN_S;
    show->back_s = show->back_s < 0 ? 0 : show->back_s > most ? most : show->back_s;
}

static void maximise(struct view *v, enum layout_pane pane)
{
    struct live_screen *s = live_screen_of(v);
    s->show.maximised = pane;
    live_panes_resize(s->panes, s->win, pane);
}

static void key_camera(struct view *v, int key)
{
    (void)key;
    struct live_screen *s = live_screen_of(v);
    if (!s->show.status.replay)
        camera_menu_open(&s->menu, v->opts->source.uri, &s->mirror);
}

bool live_keys_grab(struct view *v, int key)
{
    struct live_screen *s = live_screen_of(v);
    s->trouble[0] = '\0';
    return s->menu.open && camera_menu_key(&s->menu, live_screen_live(v), key);
}

/* All faces in a table, one big word, or the panes again. */
static void key_audience(struct view *v, int key)
{
    (void)key;
    struct live_screen *s = live_screen_of(v);
    s->page = (s->page + 1) % LIVE_PAGES;
}

static void key_maximise(struct view *v, int key)
{
    if (live_screen_of(v)->page != LIVE_PAGE_PANES) {
        live_screen_of(v)->page = LIVE_PAGE_PANES;
        return;
    }
    struct live_show *show = &live_screen_of(v)->show;
    bool back = key == 27 || show->maximised != LAYOUT_NONE;
    maximise(v, back ? LAYOUT_NONE : show->focus);
}

static void focus(struct view *v, enum layout_pane pane)
{
    struct live_show *show = &live_screen_of(v)->show;
    show->focus = pane;
    if (show->maximised != LAYOUT_NONE)
        maximise(v, pane);
}

static void key_focus(struct view *v, int key)
{
    int step = key == KEY_BTAB ? LAYOUT_PANES - 1 : 1;
    focus(v, (enum layout_pane)((live_screen_of(v)->show.focus + step) % LAYOUT_PANES));
}

/* What the network sees, or the history again. Where there is no room for it, its pane alone. */
static void key_crops(struct view *v, int key)
{
    (void)key;
    struct live_screen *s = live_screen_of(v);
    s->show.crops = !s->show.crops;
    if (s->show.crops && !live_panes_has(s->panes, LAYOUT_HISTORY))
        maximise(v, LAYOUT_HISTORY);
    else if (!s->show.crops && s->show.maximised == LAYOUT_HISTORY)
        maximise(v, LAYOUT_NONE);
}

static double moved(double share, double by, double least, double most)
{
    share = round((share + by) * 100) / 100;
    return share < least ? least : share > most ? most : share;
}

/* How faces are cut out: margin, place, by the eyes or not; u = as the options say. */
static void key_how(struct view *v, int key)
{
    struct live_screen *s = live_screen_of(v);
    struct crop_how *how = &s->how;
    if (key == ')' || key == '(')
        how->margin = moved(how->margin, key == ')' ? CROP_STEP : -CROP_STEP, MARGIN_MIN, 2);
    else if (key == 'H' || key == 'L')
        how->dx = moved(how->dx, key == 'L' ? OFFSET_STEP : -OFFSET_STEP, -0.5, 0.5);
    else if (key == 'J' || key == 'K')
        how->dy = moved(how->dy, key == 'J' ? OFFSET_STEP : -OFFSET_STEP, -0.5, 0.5);
    else if (key == 'e')
        how->align = !how->align;
    else
        *how = live_screen_crop(v);
    live_crop(live_screen_live(v), how, s->watched);
}

/* Three seconds of a neutral look become what this face is read against; again drops that. */
static void key_baseline(struct view *v, int key)
{
    (void)key;
    struct live_screen *s = live_screen_of(v);
    const struct scene_face *f = live_show_face(&s->show);
    bool neutral = false;
    for (int i = 0; i < s->show.model->classes; i++)
        neutral |= strcmp(s->show.model->labels[i], "neutral") == 0;
    if (!neutral)
        snprintf(s->trouble, sizeof s->trouble, "%s has no class \"neutral\" to set a base by",
                 s->show.model->name);
    if (!neutral || f == NULL)
        return;
    bool on = f->baseline == SCENE_BASELINE_NONE;
    live_baseline(live_screen_live(v), f->id, on);
    int i = index_of(&s->show.scene, f->id); /* for the next key, if it comes at once */
    s->show.scene.face[i].baseline = on ? SCENE_BASELINE_LOOKING : SCENE_BASELINE_NONE;
}

static void key_zoom(struct view *v, int key)
{
    (void)key;
    struct live_show *show = &live_screen_of(v)->show;
    show->zoom = (show->zoom + 1) % LIVE_ZOOMS;
}

/* Jumps in a record: the graph begins anew, with what comes before that second. */
static void go_to(struct view *v, double position)
{
    struct live_status *st = &live_screen_of(v)->show.status;
    st->position = fmin(fmax(position, 0), st->length); /* for the next key, if it comes at once */
    position = st->position;
    live_panes_forget(live_screen_of(v)->panes);
    tally_free(&live_screen_of(v)->tally);
    live_seek(live_screen_live(v), position);
}

static void key_seek(struct view *v, int key)
{
    const struct live_status *st = &live_screen_of(v)->show.status;
    if (st->replay)
        go_to(v, st->position + (key == ',' || key == KEY_PPAGE ? -SEEK_S : SEEK_S) *
                                    (key == ',' || key == '.' ? 1 : 6));
}

static void key_speed(struct view *v, int key)
{
    struct live_status *st = &live_screen_of(v)->show.status;
    double speed = st->speed * (key == '<' ? 0.5 : 2);
    if (!st->replay || speed < SPEED_MIN || speed > SPEED_MAX)
        return;
    st->speed = speed;
    live_speed(live_screen_live(v), speed);
}

/* Begins a record, in the file of --record or one that is named by the time; or ends it. */
static void key_record(struct view *v, int key)
{
    (void)key;
    struct live_screen *s = live_screen_of(v);
    struct err err = {""};
    const struct live_status *st = &s->show.status;
    char path[OPTS_TEXT_MAX];
    record_name(path, sizeof path, v->opts->live.record);
    bool on = live_recording(live_screen_live(v));
    live_record(live_screen_live(v), on ? NULL : path, &err);
    snprintf(s->trouble, sizeof s->trouble, "%s", err.text);
    if (err.text[0] == '\0' && on)
        snprintf(v->notice, sizeof v->notice, "%llu lines in %.120s",
                 (unsigned long long)st->recorded, st->record);
    else if (err.text[0] == '\0')
        snprintf(v->notice, sizeof v->notice, "what is found goes to %.120s", path);
}

/* The end of a file is where a replay makes sense. */
static void key_replay(struct view *v, int key)
{
    (void)key;
    struct live_screen *s = live_screen_of(v);
    struct live *live = live_screen_live(v);
    if (s->show.status.state != LIVE_ENDED)
        return;
    live_pause(live, false); /* p at the end waits for what there is no more */
    if (s->show.status.replay) {
        go_to(v, 0);
        return;
    }
    struct source_opts source = live_source(live);
    live_switch(live, &source);
    s->show.selected = 0;
    picture_reset(live_panes_picture(s->panes));
}

static void key_mouse(struct view *v, int key)
{
    (void)key;
    MEVENT event;
    int face;
    struct live_screen *s = live_screen_of(v);
    if (getmouse(&event) != OK)
        return;
    enum layout_pane pane = live_panes_at(s->panes, &s->show, event.y, event.x, &face);
    if (event.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED))
        face_step(&s->show, event.bstate & BUTTON4_PRESSED ? -1 : 1);
    else if (pane != LAYOUT_NONE)
        focus(v, pane);
    if (face != 0)
        s->show.selected = face;
}

const struct view_key live_keys[] = {
    {'v', 0, "v", "look", "the next way to draw the picture", key_look},
    {'p', ' ', "p Space", "pause", "hold the picture, or let it go on", key_pause},
    {']', KEY_DOWN, "[ ] Up Down k j", "face", "the previous or next face", key_face},
    {'[', KEY_UP, NULL, NULL, NULL, key_face},
    {'j', 0, NULL, NULL, NULL, key_face},
    {'k', 0, NULL, NULL, NULL, key_face},
    {'g', KEY_HOME, "g G Home End", NULL, "the first or last face", key_face_end},
    {'G', KEY_END, NULL, NULL, NULL, key_face_end},
    {'z', '\r', "z Enter Esc", "big", "the focused pane alone, or all panes again", key_maximise},
    {KEY_ENTER, '\n', NULL, NULL, NULL, key_maximise},
    {27, 0, NULL, NULL, NULL, key_maximise},
    {'\t', 0, "Tab Shift-Tab", "pane", "the next or previous pane", key_focus},
    {KEY_BTAB, 0, NULL, NULL, NULL, key_focus},
    {'f', 0, "f", "zoom", "zoom on the face: where it helps, always, never", key_zoom},
    {'b', 0, "b", "base", "read a face against its neutral look of 3 s, or not", key_baseline},
    {'i', 0, "i", "input", "what the network sees, or the history", key_crops},
    {'e', 0, "e", NULL, "turn faces until their eyes are level, or not", key_how},
    {')', '(', "( ) H J K L u", NULL, "margin and place of the crops; u undoes that", key_how},
    {'H', 'L', NULL, NULL, NULL, key_how},
    {'J', 'K', NULL, NULL, NULL, key_how},
    {'u', 0, NULL, NULL, NULL, key_how},
    {'c', 0, "c", NULL, "colour or grey picture", key_color},
    {KEY_LEFT, 'h', "Left Right h l", NULL, "the history back in time, or forth", key_time},
    {KEY_RIGHT, 'l', NULL, NULL, NULL, key_time},
    {'r', 0, "r", NULL, "at the end of a file: play it again", key_replay},
    {'C', 0, "C", "camera", "another camera; its size, controls, turn, region", key_camera},
    {'a', 0, "a", "all", "all faces in a table, one big word, or the panes", key_audience},
    {'w', 0, "w", "record", "write what is found to a file, or end that", key_record},
    {',', '.', ", . PgUp PgDn", NULL, "of a record: 10 s or a minute back or forth", key_seek},
    {KEY_PPAGE, KEY_NPAGE, NULL, NULL, NULL, key_seek},
    {'<', '>', "< >", NULL, "of a record: half or double speed", key_speed},
    {KEY_MOUSE, 0, "mouse", NULL, "a click chooses face and pane, the wheel the face", key_mouse},
    {0, 0, NULL, NULL, NULL, NULL},
};

const struct view_key live_keys_replay[] = {
    {'p', ' ', "p Space", "pause", "hold the record, or let it go on", key_pause},
    {',', '.', ",. PgUp PgDn", "seek", "10 s or a minute back or forth", key_seek},
    {KEY_PPAGE, KEY_NPAGE, NULL, NULL, NULL, key_seek},
    {'<', '>', "<>", "speed", "half or double speed", key_speed},
    {'r', 0, "r", "again", "at the end: from the beginning again", key_replay},
    {'a', 0, "a", "all", "all faces in a table, one big word, or the panes", key_audience},
    {']', KEY_DOWN, "[ ] Up Down k j", "face", "the previous or next face", key_face},
    {'[', KEY_UP, NULL, NULL, NULL, key_face},
    {'j', 0, NULL, NULL, NULL, key_face},
    {'k', 0, NULL, NULL, NULL, key_face},
    {'g', KEY_HOME, "g G Home End", NULL, "the first or last face", key_face_end},
    {'G', KEY_END, NULL, NULL, NULL, key_face_end},
    {'z', '\r', "z Enter Esc", "big", "the focused pane alone, or all panes again", key_maximise},
    {KEY_ENTER, '\n', NULL, NULL, NULL, key_maximise},
    {27, 0, NULL, NULL, NULL, key_maximise},
    {'\t', 0, "Tab Shift-Tab", "pane", "the next or previous pane", key_focus},
    {KEY_BTAB, 0, NULL, NULL, NULL, key_focus},
    {'f', 0, "f", "zoom", "zoom on the face: where it helps, always, never", key_zoom},
    {KEY_LEFT, 'h', "Left Right h l", NULL, "the history back in time, or forth", key_time},
    {KEY_RIGHT, 'l', NULL, NULL, NULL, key_time},
    {KEY_MOUSE, 0, "mouse", NULL, "a click chooses face and pane, the wheel the face", key_mouse},
    {0, 0, NULL, NULL, NULL, NULL},
};

/* live_view: see live_view.h. */
#include "tui/live_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tui/audience.h"
#include "tui/camera_menu.h"
#include "tui/layout.h"
#include "tui/line_mode.h"
#include "tui/live_panes.h"
#include "tui/style.h"
#include "vision/record.h"

#define BACK_STEP_S 10.0
#define STILL_NS (500 * CLOCK_MS) /* ages and the graph's clock move at least so often */

enum {
    STATUS_BLANKS = 5, /* columns between the words of the status line */
    LABEL_MIN = 13,
};

/* What fills the body. */
enum page { PAGE_PANES, PAGE_AUDIENCE, PAGE_WORD, PAGES };

struct live_view_state {
    struct live_show show;
    struct live_panes *panes;
    WINDOW *win; /* borrowed from the app */
    struct crop_how how;
    int watched;     /* the face whose crops were asked for; 0 = none */
    uint64_t pushed; /* the last scene that went into the history */
    int results;     /* scenes so far */
    enum page page;
    struct camera_menu menu;
    bool mirror; /* cameras are shown as a mirror shows them */
    struct tally tally;
    int64_t redrawn;
    char trouble[ERR_TEXT_MAX]; /* what a key asked for and did not get */
    struct opts opts;           /* with the model that is used */
};

#define CROP_STEP 0.05 /* of the margin */
#define OFFSET_STEP 0.02
#define MARGIN_MIN (-0.3)
#define SEEK_S 10.0 /* of a record */
#define SPEED_MIN 0.125
#define SPEED_MAX 16.0

static struct live *live_of(const struct view *v)
{
    const struct live_view_data *data = v->data;
    return data->live;
}

static struct live_view_state *state_of(const struct view *v)
{
    return v->state;
}

/* ---- life -------------------------------------------------------------------------------------
 */

static struct crop_how options_crop(const struct view *v)
{
    const struct model_opts *m = &v->opts->model;
    return (struct crop_how){m->margin, m->offset_x, m->offset_y, m->align};
}

static int open_view(struct view *v, struct err *err)
{
    (void)err;
    struct live_view_state *s = state_of(v);
    struct live_show *show = &s->show;
    s->opts = *v->opts;
    show->model = live_model(live_of(v));
    show->focus = LAYOUT_PICTURE;
    show->maximised = LAYOUT_NONE;
    show->now = clock_now();
    s->how = options_crop(v);
    s->mirror = v->opts->ui.mirror;
    style_moods(v->style, show->model->labels, show->model->classes, show->mood);
    tally_init(&s->tally, show->model->classes);
    s->panes = live_panes_new(v->style, &v->opts->ui, show->model->classes);
    return 0;
}

static void close_view(struct view *v)
{
    struct live_view_state *s = state_of(v);
    live_panes_free(s->panes);
    tally_free(&s->tally);
    frame_unref(s->show.frame);
    s->panes = NULL;
    s->show.frame = NULL;
}

static void resize_view(struct view *v, WINDOW *win)
{
    struct live_view_state *s = state_of(v);
    s->win = win;
    live_panes_resize(s->panes, win, s->show.maximised);
}

/* ---- new data ---------------------------------------------------------------------------------
 */

/* Keeps the choice while its face is there; else takes the largest face. */
static void choose(struct live_show *show)
{
    long best = 0;
    if (live_show_face(show) != NULL)
        return;
    for (int i = 0; i < show->scene.faces; i++) {
        struct box b = show->scene.face[i].box;
        long area = (long)b.w * b.h;
        if (area > best) {
            best = area;
            show->selected = show->scene.face[i].id;
        }
    }
}

/* A camera is shown as a mirror shows it. */
static bool mirrored(const struct view *v, const struct live_status *status)
{
    return state_of(v)->mirror && strstr(status->source, "/dev/video") != NULL;
}

/* Remembers a scene that is new. */
static void take_scene(struct view *v)
{
    struct live_view_state *s = state_of(v);
    if (s->show.scene.seq == s->pushed)
        return;
    s->pushed = s->show.scene.seq;
    s->results++;
    v->done |= s->results == v->opts->live.limit;
    live_panes_push(s->panes, &s->show.scene);
    tally_scene(&s->tally, &s->show.scene, (double)s->show.scene.time / 1e9);
}

/* Asks for the crops of the chosen face, if they are shown, and takes them. */
static void watch(struct view *v)
{
    struct live_view_state *s = state_of(v);
    int wanted = s->show.crops ? s->show.selected : 0;
    if (wanted != s->watched)
        live_crop(live_of(v), &s->how, wanted);
    s->watched = wanted;
    if (wanted != 0)
        live_seen(live_of(v), &s->show.seen);
}

/* The model that another screen asks for. Where it has as many classes the history stays. */
static void use_model(struct view *v, const char *dir)
{
    struct live_view_state *s = state_of(v);
    struct live_show *show = &s->show;
    struct err err = {""};
    int classes = show->model->classes;
    struct opts before = s->opts;
    snprintf(s->opts.model.dir, sizeof s->opts.model.dir, "%s", dir);
    if (live_use_model(live_of(v), &s->opts, &err) != 0)
        s->opts = before;
    snprintf(s->trouble, sizeof s->trouble, "%s", err.text);
    show->model = live_model(live_of(v));
    s->watched = -1; /* how faces are cut out is to be said again */
    style_moods(v->style, show->model->labels, show->model->classes, show->mood);
    if (show->model->classes == classes)
        return;
    live_panes_free(s->panes);
    s->panes = live_panes_new(v->style, &v->opts->ui, show->model->classes);
    live_panes_resize(s->panes, s->win, show->maximised);
}

static void look_for_model(struct view *v)
{
    const struct live_view_data *data = v->data;
    struct training *t = data->training;
    if (t == NULL || t->model[0] == '\0')
        return;
    use_model(v, t->model);
    t->model[0] = '\0';
}

static bool update_view(struct view *v, int64_t now)
{
    struct live_view_state *s = state_of(v);
    look_for_model(v);
    struct live_show *show = &s->show;
    const struct frame *before = show->frame;
    uint64_t seq = before != NULL ? before->seq : 0;
    bool news = false;
    live_grey(live_of(v), !picture_colored(live_panes_picture(s->panes)));
    do {
        news |= live_update(live_of(v), &show->scene, &show->status, &show->frame);
        take_scene(v);
    } while (show->status.more);
    news |= show->frame != before || (show->frame != NULL && show->frame->seq != seq);
    enum live_state state = show->status.state;
    if (show->status.replay)
        show->now = show->status.now;
    else if (state != LIVE_PAUSED && state != LIVE_ENDED)
        show->now = now;
    show->mirror = mirrored(v, &show->status);
    choose(show);
    watch(v);
    if (news || now - s->redrawn > STILL_NS) {
        s->redrawn = now;
        return true;
    }
    return false;
}

static int fd_of(const struct view *v)
{
    return live_fd(live_of(v));
}

/* ---- words ------------------------------------------------------------------------------------
 */

/* The longest start of UTF-8 text that fits into so many bytes. */
static int cut(const char *text, int bytes)
{
    int n = (int)strlen(text);
    if (n <= bytes)
        return n;
    for (n = bytes < 0 ? 0 : bytes; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
        continue;
    return n;
}

/* Label, state and what stands behind; of the label as much as there is room for. */
static void compose(const struct view *v, const char *label, const char *tail, char *text,
                    size_t size)
{
    static const char *const states[] = {[LIVE_OPENING] = "opening",
                                         [LIVE_RUNNING] = "",
                                         [LIVE_PAUSED] = "PAUSED",
                                         [LIVE_LOST] = "LOST",
                                         [LIVE_ENDED] = "END"};
    const char *state = states[state_of(v)->show.status.state];
    int room = v->status_cols - STATUS_BLANKS - (int)strlen(tail) - (int)strlen(state);
    int taken = cut(label, room > LABEL_MIN ? room : LABEL_MIN);
    const char *mark = label[taken] == '\0' ? "" : v->style->utf8 ? "…" : "~";
    snprintf(text, size, "%.*s%s  %s%s%s", taken, label, mark, state, state[0] ? "  " : "", tail);
}

/* "talk.jsonl  PAUSED  replay 1:05.0 of 12:30.0  x2  emotion" */
static void replay_status(const struct view *v, char *text, size_t size)
{
    const struct live_show *show = &state_of(v)->show;
    const struct live_status *st = &show->status;
    const char *slash = strrchr(st->source, '/');
    char tail[160];
    if (st->why[0] != '\0') {
        snprintf(text, size, "%s", st->why);
        return;
    }
    snprintf(tail, sizeof tail, "replay %d:%04.1f of %d:%04.1f  x%g  %.40s",
             (int)(st->position / 60), fmod(st->position, 60), (int)(st->length / 60),
             fmod(st->length, 60), st->speed, show->model->name);
    compose(v, slash != NULL ? slash + 1 : st->source, tail, text, size);
}

static void status_of(const struct view *v, char *text, size_t size)
{
    const struct live_view_state *s = state_of(v);
    const struct live_show *show = &s->show;
    const struct live_status *st = &show->status;
    char tail[160];
    if (s->trouble[0] != '\0') {
        snprintf(text, size, "%s", s->trouble);
        return;
    }
    if (st->record_why[0] != '\0') {
        const char *slash = strrchr(st->record_why, '/'); /* of the file's name only the end */
        snprintf(text, size, "record ended: %s", slash != NULL ? slash + 1 : st->record_why);
        return;
    }
    if (st->replay) {
        replay_status(v, text, size);
        return;
    }
    int n = 0;
    if (st->recording)
        n = snprintf(tail, sizeof tail, "REC %llu  ", (unsigned long long)st->recorded);
    n += snprintf(tail + n, sizeof tail - (size_t)n, "%dx%d", st->width, st->height);
    if (st->state == LIVE_RUNNING)
        n += snprintf(tail + n, sizeof tail - (size_t)n, "  %.1f fps, %.1f analysed",
                      st->capture_fps, st->analysed_fps);
    if (show->scene.seq > 0 && st->state == LIVE_RUNNING)
        n += snprintf(tail + n, sizeof tail - (size_t)n, ", %.0f ms old",
                      (double)(show->now - show->scene.time) / 1e6);
    n += snprintf(tail + n, sizeof tail - (size_t)n, "  %.40s", show->model->name);
    compose(v, live_show_source(show), tail, text, size);
}

static void line_of(const struct view *v, char *text, size_t size)
{
    const struct live_show *show = &state_of(v)->show;
    line_mode_scene(&show->scene, &show->status, show->model->labels, show->selected, text, size);
}

static void draw_view(struct view *v, WINDOW *win)
{
    struct live_view_state *s = state_of(v);
    struct audience all = {.scene = &s->show.scene,
                           .tally = &s->tally,
                           .mood = s->show.mood,
                           .classes = s->show.model->classes,
                           .selected = s->show.selected,
                           .watched = s->show.scene.seq > 0};
    s->show.thrift = v->thrift;
    s->show.hold = v->hold;
    if (s->page == PAGE_PANES)
        live_panes_draw(s->panes, win, &s->show);
    else if (s->page == PAGE_AUDIENCE)
        audience_table(v->style, win, &all);
    else
        audience_word(v->style, win, &all);
    if (s->menu.open)
        camera_menu_draw(&s->menu, live_of(v), v->style, win);
}

/* ---- keys -------------------------------------------------------------------------------------
 */

static void key_look(struct view *v, int key)
{
    (void)key;
    picture_next_renderer(live_panes_picture(state_of(v)->panes));
}

/* Between grey and colour half blocks; from any other look to colour. */
static void key_color(struct view *v, int key)
{
    (void)key;
    struct picture *p = live_panes_picture(state_of(v)->panes);
    enum ui_renderer start = picture_renderer_id(p);
    enum ui_renderer want = start == UI_HALF_COLOR ? UI_HALF_GREY : UI_HALF_COLOR;
    do
        picture_next_renderer(p);
    while (picture_renderer_id(p) != want && picture_renderer_id(p) != start);
}

static void key_pause(struct view *v, int key)
{
    (void)key;
    live_pause(live_of(v), state_of(v)->show.status.state != LIVE_PAUSED);
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
    face_step(&state_of(v)->show, key == '[' || key == KEY_UP || key == 'k' ? -1 : 1);
}

static void key_face_end(struct view *v, int key)
{
    struct live_show *show = &state_of(v)->show;
    if (show->scene.faces > 0)
        show->selected =
            show->scene.face[key == 'g' || key == KEY_HOME ? 0 : show->scene.faces - 1].id;
}

static void key_time(struct view *v, int key)
{
    struct live_show *show = &state_of(v)->show;
    show->back_s += key == KEY_LEFT || key == 'h' ? BACK_STEP_S : -BACK_STEP_S;
    double most = LIVE_MEMORY_S - LIVE_SPAN_S;
    show->back_s = show->back_s < 0 ? 0 : show->back_s > most ? most : show->back_s;
}

static void maximise(struct view *v, enum layout_pane pane)
{
    struct live_view_state *s = state_of(v);
    s->show.maximised = pane;
    live_panes_resize(s->panes, s->win, pane);
}

static void key_camera(struct view *v, int key)
{
    (void)key;
    struct live_view_state *s = state_of(v);
    if (!s->show.status.replay)
        camera_menu_open(&s->menu, v->opts->source.uri, &s->mirror);
}

/* The camera's menu has the first word while it is open. */
static bool grab_key(struct view *v, int key)
{
    struct live_view_state *s = state_of(v);
    return s->menu.open && camera_menu_key(&s->menu, live_of(v), key);
}

/* All faces in a table, one big word, or the panes again. */
static void key_audience(struct view *v, int key)
{
    (void)key;
    struct live_view_state *s = state_of(v);
    s->page = (s->page + 1) % PAGES;
}

static void key_maximise(struct view *v, int key)
{
    if (state_of(v)->page != PAGE_PANES) {
        state_of(v)->page = PAGE_PANES;
        return;
    }
    struct live_show *show = &state_of(v)->show;
    bool back = key == 27 || show->maximised != LAYOUT_NONE;
    maximise(v, back ? LAYOUT_NONE : show->focus);
}

static void focus(struct view *v, enum layout_pane pane)
{
    struct live_show *show = &state_of(v)->show;
    show->focus = pane;
    if (show->maximised != LAYOUT_NONE)
        maximise(v, pane);
}

static void key_focus(struct view *v, int key)
{
    int step = key == KEY_BTAB ? LAYOUT_PANES - 1 : 1;
    focus(v, (enum layout_pane)((state_of(v)->show.focus + step) % LAYOUT_PANES));
}

/* What the network sees, or the history again. Where there is no room for it, its pane alone. */
static void key_crops(struct view *v, int key)
{
    (void)key;
    struct live_view_state *s = state_of(v);
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
    struct live_view_state *s = state_of(v);
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
        *how = options_crop(v);
    live_crop(live_of(v), how, s->watched);
}

/* Three seconds of a neutral look become what this face is read against; again drops that. */
static void key_baseline(struct view *v, int key)
{
    (void)key;
    struct live_view_state *s = state_of(v);
    const struct scene_face *f = live_show_face(&s->show);
    bool neutral = false;
    for (int i = 0; i < s->show.model->classes; i++)
        neutral |= strcmp(s->show.model->labels[i], "neutral") == 0;
    s->trouble[0] = '\0';
    if (!neutral)
        snprintf(s->trouble, sizeof s->trouble, "%s has no class \"neutral\" to set a base by",
                 s->show.model->name);
    else if (f != NULL)
        live_baseline(live_of(v), f->id, f->baseline == SCENE_BASELINE_NONE);
}

static void key_zoom(struct view *v, int key)
{
    (void)key;
    struct live_show *show = &state_of(v)->show;
    show->zoom = (show->zoom + 1) % LIVE_ZOOMS;
}

/* Jumps in a record: the graph begins anew, with what comes before that second. */
static void go_to(struct view *v, double position)
{
    struct live_status *st = &state_of(v)->show.status;
    st->position = fmin(fmax(position, 0), st->length); /* for the next key, if it comes at once */
    position = st->position;
    live_panes_forget(state_of(v)->panes);
    tally_free(&state_of(v)->tally);
    live_seek(live_of(v), position);
}

static void key_seek(struct view *v, int key)
{
    const struct live_status *st = &state_of(v)->show.status;
    if (st->replay)
        go_to(v, st->position + (key == ',' || key == KEY_PPAGE ? -SEEK_S : SEEK_S) *
                                    (key == ',' || key == '.' ? 1 : 6));
}

static void key_speed(struct view *v, int key)
{
    struct live_status *st = &state_of(v)->show.status;
    double speed = st->speed * (key == '<' ? 0.5 : 2);
    if (!st->replay || speed < SPEED_MIN || speed > SPEED_MAX)
        return;
    st->speed = speed;
    live_speed(live_of(v), speed);
}

/* Begins a record, in the file of --record or one that is named by the time; or ends it. */
static void key_record(struct view *v, int key)
{
    (void)key;
    struct live_view_state *s = state_of(v);
    struct err err = {""};
    char path[OPTS_TEXT_MAX];
    record_name(path, sizeof path, v->opts->live.record);
    live_record(live_of(v), s->show.status.recording ? NULL : path, &err);
    snprintf(s->trouble, sizeof s->trouble, "%s", err.text);
}

/* The end of a file is where a replay makes sense. */
static void key_replay(struct view *v, int key)
{
    (void)key;
    struct live_view_state *s = state_of(v);
    struct live_view_data *data = v->data;
    struct err err = {""};
    if (s->show.status.state != LIVE_ENDED)
        return;
    if (s->show.status.replay) {
        go_to(v, 0);
        return;
    }
    struct live *again = live_open(&s->opts, true, &err);
    snprintf(s->trouble, sizeof s->trouble, "%s", err.text);
    if (again == NULL)
        return;
    live_close(data->live);
    data->live = again;
    s->show.model = live_model(again);
    s->show.selected = 0;
    s->pushed = 0;
    picture_reset(live_panes_picture(s->panes));
}

static void key_mouse(struct view *v, int key)
{
    (void)key;
    MEVENT event;
    int face;
    struct live_view_state *s = state_of(v);
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

static const struct view_key keys[] = {
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

const struct view_ops live_view = {
    .name = "live",
    .summary = "the camera: picture, faces, moods",
    .state_size = sizeof(struct live_view_state),
    .keys = keys,
    .open = open_view,
    .close = close_view,
    .resize = resize_view,
    .update = update_view,
    .draw = draw_view,
    .fd = fd_of,
    .status = status_of,
    .line = line_of,
    .grab = grab_key,
};

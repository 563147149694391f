/* live_view: see live_view.h. Its keys are in live_keys.c. */
#include "tui/live_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tui/line_mode.h"
#include "tui/live_screen.h"

#define SOON_NS (25 * CLOCK_MS)
#define STILL_NS (500 * CLOCK_MS) /* ages and the graph's clock move at least so often */

enum {
    STATUS_BLANKS = 5, /* columns between the words of the status line */
    LABEL_MIN = 13,
};

/* ---- life -------------------------------------------------------------------------------------
 */

static int open_view(struct view *v, struct err *err)
{
    (void)err;
    struct live_screen *s = live_screen_of(v);
    struct live_show *show = &s->show;
    s->opts = *v->opts;
    show->model = live_model(live_screen_live(v));
    show->focus = LAYOUT_PICTURE;
    show->maximised = LAYOUT_NONE;
    show->now = clock_now();
    s->how = live_screen_crop(v);
    s->mirror = v->opts->ui.mirror;
    style_moods(v->style, show->model->labels, show->model->classes, show->mood);
    tally_init(&s->tally, show->model->classes);
    s->panes = live_panes_new(v->style, &v->opts->ui, show->model->classes);
    return 0;
}

static void close_view(struct view *v)
{
    struct live_screen *s = live_screen_of(v);
    live_panes_free(s->panes);
    tally_free(&s->tally);
    frame_unref(s->show.frame);
    s->panes = NULL;
    s->show.frame = NULL;
}

static void resize_view(struct view *v, WINDOW *win)
{
    struct live_screen *s = live_screen_of(v);
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
    return live_screen_of(v)->mirror && strstr(status->source, "/dev/video") != NULL;
}

/* Remembers a scene that is new. */
static void take_scene(struct view *v)
{
    struct live_screen *s = live_screen_of(v);
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
    struct live_screen *s = live_screen_of(v);
    int wanted = s->show.crops ? s->show.selected : 0;
    if (wanted != s->watched)
        live_crop(live_screen_live(v), &s->how, wanted);
    s->watched = wanted;
    if (wanted != 0)
        live_seen(live_screen_live(v), &s->show.seen);
}

/* The model that another screen asks for. Where it has as many classes the history stays. */
static void use_model(struct view *v, const char *dir)
{
    struct live_screen *s = live_screen_of(v);
    struct live_show *show = &s->show;
    struct err err = {""};
    int classes = show->model->classes;
    struct opts before = s->opts;
    snprintf(s->opts.model.dir, sizeof s->opts.model.dir, "%s", dir);
    if (live_use_model(live_screen_live(v), &s->opts, &err) != 0)
        s->opts = before;
    snprintf(s->trouble, sizeof s->trouble, "%s", err.text);
    show->model = live_model(live_screen_live(v));
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

/*
 * Whether a new picture waits for what is read in it, so that both are drawn together and once: if
 * that came soon for the picture before, and not twice in a row.
 */
static bool waits(struct live_screen *s)
{
    const struct scene *scene = &s->show.scene;
    s->owed = !s->owed && scene->frame_seq + 1 == s->show.frame->seq &&
              scene->done - scene->time < SOON_NS && s->show.status.state == LIVE_RUNNING;
    return s->owed;
}

static bool update_view(struct view *v, int64_t now)
{
    struct live_screen *s = live_screen_of(v);
    look_for_model(v);
    struct live_show *show = &s->show;
    const struct frame *before = show->frame;
    uint64_t seq = before != NULL ? before->seq : 0;
    bool news = false;
    live_grey(live_screen_live(v), !picture_colored(live_panes_picture(s->panes)));
    do {
        news |= live_update(live_screen_live(v), &show->scene, &show->status, &show->frame);
        take_scene(v);
    } while (show->status.more);
    bool picture = show->frame != before || (show->frame != NULL && show->frame->seq != seq);
    if (news)
        s->owed = false;
    else if (picture)
        news = !waits(s);
    enum live_state state = show->status.state;
    if (show->status.replay)
        show->now = show->status.now;
    else if (state != LIVE_PAUSED && state != LIVE_ENDED)
        show->now = now;
    v->keys = show->status.replay ? live_keys_replay : NULL;
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
    return live_fd(live_screen_live(v));
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
    const char *state = states[live_screen_of(v)->show.status.state];
    int room = v->status_cols - STATUS_BLANKS - (int)strlen(tail) - (int)strlen(state);
    int taken = cut(label, room > LABEL_MIN ? room : LABEL_MIN);
    const char *mark = label[taken] == '\0' ? "" : v->style->utf8 ? "…" : "~";
    snprintf(text, size, "%.*s%s  %s%s%s", taken, label, mark, state, state[0] ? "  " : "", tail);
}

/* "talk.jsonl  PAUSED  replay 1:05.0 of 12:30.0  x2  emotion" */
static void replay_status(const struct view *v, char *text, size_t size)
{
    const struct live_show *show = &live_screen_of(v)->show;
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
    const struct live_screen *s = live_screen_of(v);
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
    const struct live_show *show = &live_screen_of(v)->show;
    line_mode_scene(&show->scene, &show->status, show->model->labels, show->selected, text, size);
}

static void draw_view(struct view *v, WINDOW *win)
{
    struct live_screen *s = live_screen_of(v);
    struct audience all = {.scene = &s->show.scene,
                           .tally = &s->tally,
                           .mood = s->show.mood,
                           .classes = s->show.model->classes,
                           .selected = s->show.selected,
                           .watched = s->show.scene.seq > 0};
    s->show.thrift = v->thrift;
    s->show.hold = v->hold;
    if (s->page == LIVE_PAGE_PANES)
        live_panes_draw(s->panes, win, &s->show);
    else if (s->page == LIVE_PAGE_AUDIENCE)
        audience_table(v->style, win, &all);
    else
        audience_word(v->style, win, &all);
    if (s->menu.open)
        camera_menu_draw(&s->menu, live_screen_live(v), v->style, win);
}

const struct view_ops live_view = {
    .name = "live",
    .summary = "the camera: picture, faces, moods",
    .state_size = sizeof(struct live_screen),
    .keys = live_keys,
    .open = open_view,
    .close = close_view,
    .resize = resize_view,
    .update = update_view,
    .draw = draw_view,
    .fd = fd_of,
    .status = status_of,
    .line = line_of,
    .grab = live_keys_grab,
};

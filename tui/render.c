/* render: see render.h. */
#include "tui/render.h"

#include "base/mem.h"

/* In the order of `v`, which is that of enum ui_renderer. */
static const struct renderer_ops *const table[UI_RENDERERS] = {
    &renderer_caca, &renderer_half_grey, &renderer_half_color, &renderer_braille, &renderer_ramp,
};

static bool can(const struct style *s, const struct renderer_ops *r)
{
    return s->colors >= r->colors && (s->utf8 || !r->utf8);
}

static const struct renderer_ops *from(const struct style *s, int first)
{
    for (int i = 0; i < UI_RENDERERS; i++) {
        const struct renderer_ops *r = table[(first + i) % UI_RENDERERS];
        if (can(s, r))
            return r;
    }
    return &renderer_ramp;
}

const struct renderer_ops *renderer_pick(const struct style *s, enum ui_renderer wanted)
{
    if (can(s, table[wanted]))
        return table[wanted];
    return s->colors == 0 ? &renderer_ramp : from(s, UI_CACA);
}

const struct renderer_ops *renderer_next(const struct style *s, const struct renderer_ops *r)
{
    return from(s, (int)r->id + 1);
}

/* style_pairs: the cache of ncurses colour pairs behind style.c. UI thread. */
#ifndef TUI_STYLE_PAIRS_H
#define TUI_STYLE_PAIRS_H

#include <stdbool.h>

#include "tui/style.h"

/* pairs = COLOR_PAIRS; defaults = the terminal knows -1 as a colour. */
struct style_pairs *style_pairs_new(int pairs, bool defaults);
void style_pairs_free(struct style_pairs *p);

/* The number of the pair (fg, bg), made if need be; kept = never taken back. */
int style_pairs_get(struct style_pairs *p, int fg, int bg, bool kept);

/* A new drawing begins. */
void style_pairs_tick(struct style_pairs *p);

/* As style_ink, for an ink that lives as long as the style. */
struct ink style_ink_kept(const struct style *s, int fg, int bg, attr_t attr);

/* A colour given both as a number of the 256 and of the 16; -1 = default. */
int style_color(const struct style *s, int color256, int color16);

#endif

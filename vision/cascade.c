/*
 * cascade: see cascade.h. Finds the file and takes it through expat; what its elements mean is
 * cascade_build.c's. Elements that mean nothing are skipped with all that is in them.
 */
#include "vision/cascade.h"

#include <assert.h>
#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "vision/cascade_build.h"

#define FILE_MAX (64u << 20)
#define TEXT_MAX 4096 /* characters in one element; the longest that OpenCV ships has 200 */
#define DEPTH_MAX 16

struct reader {
    XML_Parser xml;
    const char *name;
    struct cascade_builder build;
    bool failed;
    enum cascade_tag path[DEPTH_MAX]; /* open elements that mean something */
    int depth;
    int skip; /* open elements that mean nothing, below one that does */
    char text[TEXT_MAX];
    int length;
};

/* Puts the line before the sentence, and stops expat. */
static int fail(struct reader *r, int line)
{
    err_prefix(r->build.err, "%s:%d", r->name, line);
    r->failed = true;
    XML_StopParser(r->xml, XML_FALSE);
    return -1;
}

static int line_of(const struct reader *r)
{
    return (int)XML_GetCurrentLineNumber(r->xml);
}

/* ---- expat's callbacks; expat may call some even after XML_StopParser ---- */

static void XMLCALL on_start(void *user, const char *name, const char **attributes)
{
    (void)attributes;
    struct reader *r = user;
    if (r->failed)
        return;
    enum cascade_tag parent = r->depth == 0 ? CASCADE_TAG_NONE : r->path[r->depth - 1];
    const struct cascade_element *what = r->skip > 0 ? NULL : cascade_element_below(parent, name);
    if (what == NULL) {
        r->skip++;
        return;
    }
    assert(r->depth < DEPTH_MAX); /* as deep as the table of elements goes, at most */
    r->path[r->depth++] = what->tag;
    r->length = 0;
    r->build.line = line_of(r);
    if (what->start != NULL && what->start(&r->build) != 0)
        fail(r, r->build.line);
}

static void XMLCALL on_text(void *user, const char *text, int n)
{
    struct reader *r = user;
    if (r->failed || r->skip > 0 || r->depth == 0 ||
        cascade_element_of(r->path[r->depth - 1])->end == NULL)
        return;
    if (r->length + n >= TEXT_MAX) {
        err_set(r->build.err, "element with more than %d characters", TEXT_MAX - 1);
        fail(r, line_of(r));
        return;
    }
    memcpy(r->text + r->length, text, (size_t)n);
    r->length += n;
}

static void XMLCALL on_end(void *user, const char *name)
{
    (void)name;
    struct reader *r = user;
    if (r->failed)
        return;
    if (r->skip > 0) {
        r->skip--;
        return;
    }
    const struct cascade_element *what = cascade_element_of(r->path[--r->depth]);
    r->text[r->length] = '\0';
    r->build.line = line_of(r);
    if (what->end != NULL && what->end(&r->build, r->text) != 0)
        fail(r, r->build.line);
    r->length = 0;
}

/* No cascade needs a DOCTYPE, and entities that grow on being read live in one. */
static void XMLCALL on_doctype(void *user, const char *name, const char *system, const char *public,
                               int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    struct reader *r = user;
    err_set(r->build.err, "has a DOCTYPE; a cascade has none");
    fail(r, line_of(r));
}

static int run_expat(struct reader *r, const char *xml, int size)
{
    XML_SetUserData(r->xml, r);
    XML_SetElementHandler(r->xml, on_start, on_end);
    XML_SetCharacterDataHandler(r->xml, on_text);
    XML_SetStartDoctypeDeclHandler(r->xml, on_doctype);
    if (XML_Parse(r->xml, xml, size, XML_TRUE) == XML_STATUS_OK)
        return r->failed ? -1 : 0;
    if (r->failed)
        return -1;
    err_set(r->build.err, "%s", XML_ErrorString(XML_GetErrorCode(r->xml)));
    return fail(r, line_of(r));
}

struct cascade *cascade_parse(const char *name, const char *xml, int size, struct err *err)
{
    struct reader *r = mem_zalloc(1, sizeof *r);
    r->name = name;
    r->xml = XML_ParserCreate(NULL);
    if (r->xml == NULL)
        mem_panic("out of memory for an XML parser");
    cascade_builder_init(&r->build, err);
    int status = run_expat(r, xml, size);
    r->build.line = line_of(r);
    if (status == 0 && (status = cascade_builder_finish(&r->build)) != 0)
        fail(r, r->build.line);
    struct cascade *c = r->build.c;
    if (status != 0) {
        cascade_free(c);
        c = NULL;
    }
    cascade_builder_free(&r->build);
    XML_ParserFree(r->xml);
    free(r);
    return c;
}

/* ---- finding the file ---- */

static const char *const homes[] = {
    "/usr/share/opencv4/haarcascades",
    "/usr/share/opencv/haarcascades",
    "/usr/local/share/opencv4/haarcascades",
};

/* The path of the cascade, the caller's to free; NULL and err if it is nowhere. */
static char *find(const char *name, struct err *err)
{
    if (file_exists(name))
        return mem_strdup(name);
    if (strchr(name, '/') != NULL) {
        err_set(err, "%s: no such cascade file", name);
        return NULL;
    }
    for (size_t i = 0; i < MEM_COUNT(homes); i++) {
        char *path = file_join(homes[i], name);
        if (file_exists(path))
            return path;
        free(path);
    }
    err_set(err,
            "%s: no such cascade here, in %s, %s or %s; install the package opencv-data, or give "
            "a path",
            name, homes[0], homes[1], homes[2]);
    return NULL;
}

struct cascade *cascade_read(const char *name, struct err *err)
{
    char *path = find(name, err);
    if (path == NULL)
        return NULL;
    size_t size;
    struct cascade *c = NULL;
    char *xml = file_read(path, FILE_MAX, &size, err);
    if (xml != NULL)
        c = cascade_parse(path, xml, (int)size, err);
    free(xml);
    free(path);
    return c;
}

void cascade_free(struct cascade *c)
{
    if (c == NULL)
        return;
    free(c->stage);
    free(c->tree);
    free(c->node);
    free(c->leaf);
    free(c->feature);
    free(c);
}

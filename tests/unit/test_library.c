/* Shared libraries that are loaded when they are first needed. */
#include "base/library.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <string.h>

static double (*cosine)(double);
static double (*sine)(double);

static void sets_all_pointers(void **state)
{
    static const struct library_call calls[] = {{"libm.so.6", "cos", &cosine},
                                                {"libm.so.6", "sin", &sine}};
    static struct library library = LIBRARY_INIT(calls, MEM_COUNT(calls));
    struct err err = {""};
    (void)state;
    assert_int_equal(library_need(&library, &err), 0);
    assert_true(cosine(0) == 1.0 && sine(0) == 0.0);
    assert_int_equal(library_need(&library, &err), 0);
    assert_string_equal(err.text, "");
}

static double old(double x)
{
    return x;
}

/* What is missing is named each time, and no pointer is changed. */
static void all_or_none(void **state)
{
    static double (*there)(double) = old, (*missing)(double) = old;
    static const struct library_call calls[] = {{"libm.so.6", "cos", &there},
                                                {"libm.so.6", "no_such_function", &missing}};
    static const struct library_call nowhere[] = {{"libnowhere.so.7", "cos", &missing}};
    static struct library half = LIBRARY_INIT(calls, MEM_COUNT(calls));
    static struct library none = LIBRARY_INIT(nowhere, MEM_COUNT(nowhere));
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct err err = {""};
        assert_int_equal(library_need(&half, &err), -1);
        assert_non_null(strstr(err.text, "no_such_function"));
        assert_int_equal(library_need(&none, &err), -1);
        assert_non_null(strstr(err.text, "libnowhere.so.7"));
    }
    assert_true(there == old && missing == old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_all_pointers),
        cmocka_unit_test(all_or_none),
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}

/* balance: the screen of a data set's balance and of the doctor's findings. Main thread. */
#include "tui/balance_view.h"

#include "cmd/study.h"
#include "cmd/views.h"

static int prepare(struct views *views, void *data, struct err *err)
{
    struct balance_view_data *d = data;
    if (views->study == NULL)
        views->study = study_open(views->opts, err);
    *d = (struct balance_view_data){.study = views->study, .browser = VIEWS_BROWSE};
    return views->study != NULL ? 0 : -1;
}

const struct view_row view_row_balance = {
    .number = VIEWS_BALANCE,
    .ops = &balance_view,
    .data_size = sizeof(struct balance_view_data),
    .prepare = prepare,
};

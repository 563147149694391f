/*
 * fakecam_control: the controls of the fake camera. Part of fakecam.c, which alone includes it,
 * behind its fail().
 */
#ifndef TESTS_E2E_FAKECAM_CONTROL_H
#define TESTS_E2E_FAKECAM_CONTROL_H

static int brightness = 128; /* as the control of that name says */

enum { BRIGHTNESS, BACKLIGHT, AUTO_EXPOSURE, EXPOSURE, GAIN, CONTROLS };

static struct {
    uint32_t id, type;
    const char *name;
    int min, max, step, def, value;
} control[CONTROLS] = {
    {V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, "Brightness", 0, 255, 1, 128, 128},
    {V4L2_CID_BACKLIGHT_COMPENSATION, V4L2_CTRL_TYPE_BOOLEAN, "Backlight Compensation", 0, 1, 1, 0,
     0},
    {V4L2_CID_EXPOSURE_AUTO, V4L2_CTRL_TYPE_MENU, "Auto Exposure", 0, 1, 1, 0, 0},
    {V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CTRL_TYPE_INTEGER, "Exposure Time", 3, 2047, 1, 250, 250},
    {V4L2_CID_GAIN, V4L2_CTRL_TYPE_INTEGER, "Gain", 0, 100, 5, 50, 50},
};

static int find_control(uint32_t id)
{
    bool next = id & V4L2_CTRL_FLAG_NEXT_CTRL;
    int found = -1;
    id &= ~(uint32_t)(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
    for (int i = 0; i < CONTROLS; i++)
        if (next ? control[i].id > id && (found < 0 || control[i].id < control[found].id)
                 : control[i].id == id)
            found = i;
    return found;
}

static int query_control(struct v4l2_queryctrl *q)
{
    int i = find_control(q->id);
    if (i < 0)
        return fail(EINVAL);
    bool locked = i == EXPOSURE && control[AUTO_EXPOSURE].value == 0;
    *q = (struct v4l2_queryctrl){.id = control[i].id,
                                 .type = control[i].type,
                                 .minimum = control[i].min,
                                 .maximum = control[i].max,
                                 .step = control[i].step,
                                 .default_value = control[i].def,
                                 .flags = locked ? V4L2_CTRL_FLAG_INACTIVE : 0};
    snprintf((char *)q->name, sizeof q->name, "%s", control[i].name);
    return 0;
}

static int query_menu(struct v4l2_querymenu *m)
{
    if (m->id != V4L2_CID_EXPOSURE_AUTO || m->index > 1)
        return fail(EINVAL);
    strcpy((char *)m->name, m->index == 0 ? "Auto Mode" : "Manual Mode");
    return 0;
}

static int get_control(struct v4l2_control *c)
{
    int i = find_control(c->id);
    if (i < 0)
        return fail(EINVAL);
    c->value = control[i].value;
    return 0;
}

static int set_control(struct v4l2_control *c)
{
    int i = find_control(c->id);
    if (i < 0)
        return fail(EINVAL);
    if (c->value < control[i].min || c->value > control[i].max)
        return fail(ERANGE);
    control[i].value = c->value;
    if (i == BRIGHTNESS)
        brightness = c->value;
    return 0;
}

#endif

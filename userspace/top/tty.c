// SPDX-License-Identifier: GPL-2.0
/*
 * The screen and the keys.
 */
#define _GNU_SOURCE
#include <curses.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "top.h"

enum mode { LIST, PROG, MAP, HELP };

/**
 * struct tty - a session
 * @t: figures
 * @v: what is wanted
 * @mode: what is shown
 * @rows: number of rows that can be chosen
 * @on: copy of what Enter was pressed on, for LIST not set
 * @card: its card
 * @handle: its handle there
 * @typing: a filter is being typed
 * @said: the last error
 * @err: stderr as it was
 * @log: what takes its place
 */
struct tty {
	struct fn_top *t;
	struct fn_top_view *v;
	enum mode mode;
	u32 rows;
	const struct fn_info *on;
	u32 card;
	u64 handle;
	bool typing;
	char said[256];
	int err;
	FILE *log;
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = 1;
}

static const char *const help[] = {
	"flownic top",
	"",
	"  Up, Down      choose a line            Enter   look into a program or map",
	"  s             by rate, or in order     Esc, q  back; q here: the end",
	"  /             filter by name           p       pause",
	"  + -           interval                 h, ?    this help",
	"",
	"  CYCLES, CORES, MAPMEM, LINES and ROOM are of the modelled card: cycles a",
	"  frame, how much of its cores, map memory and ports what comes now would",
	"  take, and how many times as much it could do until LIMIT is reached.",
	"  Workers and emulation are time of this host.",
	"",
	"  While a program is looked at, its words are counted, which makes its",
	"  emulation slower; modelled figures stay what they are.",
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* What is reported would be written across the screen. */
static void take_stderr(struct tty *y)
{
	y->log = fn_check_alloc(tmpfile());
	fflush(stderr);
	y->err = dup(STDERR_FILENO);
	dup2(fileno(y->log), STDERR_FILENO);
}

static void read_said(struct tty *y)
{
	char line[256];

	fflush(stderr);
	rewind(y->log);
	while (fgets(line, sizeof(line), y->log)) {
		line[strcspn(line, "\n")] = '\0';
		strcpy(y->said, line);
	}
	rewind(y->log);
	if (ftruncate(fileno(y->log), 0))
		clearerr(y->log);
}

static void give_stderr_back(struct tty *y)
{
	read_said(y);
	dup2(y->err, STDERR_FILENO);
	close(y->err);
	fclose(y->log);
}

static void begin_screen(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	initscr();
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(FN_HEAD, COLOR_CYAN, -1);
		init_pair(FN_WARN, COLOR_RED, -1);
	}
}

/* Without colours, bold and reverse have to do. */
static attr_t look_of(enum fn_top_look look)
{
	switch (look) {
	case FN_HEAD:
		return A_BOLD | (has_colors() ? COLOR_PAIR(FN_HEAD) : 0);
	case FN_BAR:
		return A_BOLD;
	case FN_CHOSEN:
		return A_REVERSE;
	case FN_WARN:
		return A_BOLD | (has_colors() ? COLOR_PAIR(FN_WARN) : 0);
	default:
		return A_NORMAL;
	}
}

static void put_line(u32 y, const char *text, enum fn_top_look look)
{
	attrset(look_of(look));
	move(y, 0);
	clrtoeol();
	addstr(text);
	attrset(A_NORMAL);
}

static const char *keys_of(const struct tty *y)
{
	switch (y->mode) {
	case LIST:
		return "Enter look  s sort  / filter  p pause  h help  q quit";
	case HELP:
		return "any key: back";
	default:
		return "Esc back  p pause  q quit";
	}
}

static void put_foot(const struct tty *y)
{
	char text[FN_TOP_LINE];

	if (y->typing)
		snprintf(text, sizeof(text), "filter: %s_", y->v->filter);
	else
		snprintf(text, sizeof(text), "%s",
			 *y->said ? y->said : keys_of(y));
	put_line(LINES - 1, text, *y->said && !y->typing ? FN_WARN : FN_HEAD);
}

/* The chosen line and the top one have to be on the screen. */
static void scroll_to(struct tty *y, const struct fn_top_lines *l)
{
	u32 room = LINES > 3 ? LINES - 2 : 1, i;

	for (i = 1; i < l->n && l->look[i] != FN_CHOSEN; i++)
		;
	if (i == l->n)
		i = 1;
	if (i <= y->v->top + 1)
		y->v->top = i > 2 ? i - 2 : 0;
	if (i > y->v->top + room)
		y->v->top = i - room;
	if (l->n < room + 1)
		y->v->top = 0;
}

/* The first line stays. */
static void put_lines(struct tty *y, const struct fn_top_lines *l)
{
	u32 i, at = 1;

	erase();
	if (l->n)
		put_line(0, l->text[0], l->look[0]);
	for (i = 1 + y->v->top; i < l->n && at < (u32)LINES - 1; i++)
		put_line(at++, l->text[i], l->look[i]);
	put_foot(y);
	refresh();
}

static void count_rows(struct tty *y, const struct fn_top_lines *l)
{
	u32 i;

	y->rows = 0;
	for (i = 1; i < l->n; i++)
		y->rows += l->look[i] == FN_PLAIN || l->look[i] == FN_CHOSEN;
}

static void draw_list(struct tty *y)
{
	struct fn_top_lines l = {};

	fn_top_screen(y->t, y->v, &l);
	count_rows(y, &l);
	if (y->rows && y->v->chosen >= y->rows) {
		y->v->chosen = y->rows - 1;
		fn_top_lines_free(&l);
		fn_top_screen(y->t, y->v, &l);
	}
	scroll_to(y, &l);
	put_lines(y, &l);
	fn_top_lines_free(&l);
}

/* The same thing in the last sample, which it may not have lived to see. */
static const struct fn_info *find_on(const struct tty *y)
{
	const struct fn_info *i =
		y->t->now.things[y->mode == PROG ? FN_TOP_PROG : FN_TOP_MAP];

	for (; i; i = i->next)
		if (i->num[FLOWNIC_A_CARD] == y->card &&
		    i->num[FLOWNIC_A_HANDLE] == y->handle)
			return i;
	return NULL;
}

static void leave(struct tty *y)
{
	const struct fn_info *on = find_on(y);

	if (y->mode == PROG && on)
		fn_top_prog_end(on);
	if (y->mode == MAP)
		fn_top_map_end();
	y->mode = LIST;
	y->v->top = 0;
}

static void draw_inside(struct tty *y)
{
	const struct fn_info *on = find_on(y);
	struct fn_top_lines l = {};
	int status = FN_FAILED;

	if (!on)
		strcpy(y->said, "it has gone from the card");
	else if (y->mode == PROG)
		status = fn_top_prog(on, y->v->object, LINES - 1, &l);
	else
		status = fn_top_map(on, y->t->seconds, LINES - 1, &l);
	if (status)
		leave(y);
	else
		put_lines(y, &l);
	fn_top_lines_free(&l);
}

static void draw_help(struct tty *y)
{
	u32 i;

	erase();
	for (i = 0; i < ARRAY_SIZE(help) && i < (u32)LINES - 1; i++)
		put_line(i, help[i], i ? FN_PLAIN : FN_BAR);
	put_foot(y);
	refresh();
}

static void draw(struct tty *y)
{
	if (y->mode == PROG || y->mode == MAP)
		draw_inside(y);
	read_said(y);
	if (y->mode == LIST)
		draw_list(y);
	else if (y->mode == HELP)
		draw_help(y);
}

static void enter(struct tty *y)
{
	struct fn_top_lines l = {};
	const struct fn_top_row *r = fn_top_screen(y->t, y->v, &l);

	fn_top_lines_free(&l);
	if (!r || (r->kind != FN_TOP_PROG && r->kind != FN_TOP_MAP)) {
		strcpy(y->said, "programs and maps can be looked into");
		return;
	}
	if (r->kind == FN_TOP_PROG && fn_top_prog_begin(r->info))
		return;
	y->card = r->card;
	y->handle = r->id;
	y->mode = r->kind == FN_TOP_PROG ? PROG : MAP;
	y->v->top = 0;
}

static void type(struct tty *y, int key)
{
	size_t len = strlen(y->v->filter);

	if (key == '\n' || key == 27)
		y->typing = false;
	if (key == 27)
		*y->v->filter = '\0';
	if ((key == KEY_BACKSPACE || key == 127) && len)
		y->v->filter[len - 1] = '\0';
	if (key >= ' ' && key < 127 && len + 1 < sizeof(y->v->filter)) {
		y->v->filter[len] = key;
		y->v->filter[len + 1] = '\0';
	}
}

static void list_key(struct tty *y, int key)
{
	switch (key) {
	case KEY_UP:
	case 'k':
		y->v->chosen -= !!y->v->chosen;
		break;
	case KEY_DOWN:
	case 'j':
		y->v->chosen += y->v->chosen + 1 < y->rows;
		break;
	case '\n':
	case KEY_ENTER:
		enter(y);
		break;
	case 's':
		y->v->by_rate = !y->v->by_rate;
		break;
	case '/':
		y->typing = true;
		*y->v->filter = '\0';
		break;
	case '+':
		y->v->interval = min(y->v->interval * 2, 60.0);
		break;
	case '-':
		y->v->interval = max(y->v->interval / 2, .25);
		break;
	}
}

/* Returns false for the end. */
static bool handle(struct tty *y, int key)
{
	*y->said = '\0';
	if (y->typing) {
		type(y, key);
		return true;
	}
	if (key == 'q')
		return y->mode == HELP ? (y->mode = LIST, true) : false;
	if (key == 'p')
		y->v->paused = !y->v->paused;
	else if (y->mode == HELP)
		y->mode = LIST;
	else if (key == 'h' || key == '?')
		leave(y), y->mode = HELP;
	else if (y->mode == LIST)
		list_key(y, key);
	else if (key == 27 || key == KEY_LEFT)
		leave(y);
	return true;
}

static int loop(struct tty *y)
{
	double due = now();
	int status = FN_DONE, key;

	while (!status && !stop) {
		if (now() >= due) {
			due = now() + y->v->interval;
			if (!y->v->paused)
				status = fn_top_update(y->t);
		}
		if (!status)
			draw(y);
		timeout(max((int)(1000 * (due - now())), 1));
		key = getch();
		if (key != ERR && key != KEY_RESIZE && !handle(y, key))
			break;
	}
	return status;
}

/**
 * fn_top_tty - show figures on the terminal until somebody has seen enough
 * @t: figures
 * @v: what is wanted
 *
 * Return: exit status; an error has been reported.
 */
int fn_top_tty(struct fn_top *t, struct fn_top_view *v)
{
	struct tty y = { .t = t, .v = v };
	int status = fn_top_update(t);

	/* Without a card's module there is nothing to begin with. */
	if (status)
		return status;
	take_stderr(&y);
	begin_screen();
	status = loop(&y);
	leave(&y);
	endwin();
	give_stderr_back(&y);
	return status ? fn_fail("top: %s", y.said) : FN_DONE;
}

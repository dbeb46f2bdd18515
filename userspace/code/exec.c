// SPDX-License-Identifier: GPL-2.0
/*
 * flownic exec: run plain BPF on the card and print its result.
 *
 * Works as a plugin of the bpf_conformance suite, whose way of passing
 * arguments explains that words may be empty.
 */
#include <string.h>

#include "code.h"
#include "offload/isa.h"
#include "userspace/io/io.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

#define ROOM (FN_PKT_CELL_LARGE - FN_PKT_HEADROOM - FN_PKT_TAIL_RESERVE)

typedef unsigned long long ull;

/**
 * struct job - what is to be run
 * @insns: program
 * @size: bytes of it
 * @memory: what r1 points to
 * @len: bytes of it
 */
struct job {
	u8 *insns;
	size_t size;
	u8 *memory;
	size_t len;
};

/**
 * struct complaint - all that the translator says, on one line
 * @text: terminated
 * @len: of @text
 */
struct complaint {
	char text[512];
	size_t len;
};

static void collect(void *ctx, const char *fmt, va_list ap)
{
	struct complaint *c = ctx;
	size_t avail = sizeof(c->text) - c->len;
	char *at = c->text + c->len;
	int n = vsnprintf(at, avail, fmt, ap);

	c->len += min_t(size_t, n, avail - 1);
	while (*at) {
		if (*at == '\n')
			*at = at[1] ? ';' : '\0';
		at++;
	}
}

static int translate(const struct job *j, const struct fn_target *target,
		     struct fn_image **img)
{
	struct complaint c = {};
	struct fn_log log = { .write = collect, .ctx = &c };
	struct fn_bpf_prog bpf = {
		.insns = (const struct bpf_insn *)j->insns,
		.len = j->size / sizeof(struct bpf_insn),
		.type = FN_PROG_RAW,
	};
	struct fn_tr_options o = fn_target_options(target);

	if (!fn_translate(&bpf, &o, &log, img))
		return FN_DONE;
	while (c.len && (!c.text[c.len - 1] || c.text[c.len - 1] == ';'))
		c.text[--c.len] = '\0';
	return fn_fail("%s", c.text);
}

static void print_event(void *ctx, const struct fn_event *ev)
{
	if (ev->type == FN_EVENT_PRINT)
		fprintf(stderr, "%.*s", (int)ev->len, ev->text);
}

/* A verdict that XDP does not know is none of our business here. */
static bool has_failed(const struct fn_run *run)
{
	return run->fault && run->fault != FN_FAULT_VERDICT &&
	       run->fault != FN_FAULT_ABORTED;
}

static int print_fault(const struct fn_run *run)
{
	bool has_address = run->fault == FN_FAULT_ADDRESS ||
			   run->fault == FN_FAULT_READONLY;
	char at[64] = "", address[64] = "";

	if (run->insn != FN_ORIGIN_NONE)
		snprintf(at, sizeof(at), "insn %u: ", run->insn);
	if (has_address)
		snprintf(address, sizeof(address),
			 " (address 0x%llx; the memory is at 0x%x)",
			 (ull)run->addr, FN_ADDR_PACKET + FN_PKT_HEADROOM);
	return fn_fail("%s%s%s", at, fn_fault_text[run->fault], address);
}

static int print_result(const struct fn_run *run)
{
	json_object *o;
	char r0[24];
	char *memory;

	if (!fn_options.json) {
		printf("%llx\n", (ull)run->result);
		return FN_DONE;
	}
	snprintf(r0, sizeof(r0), "0x%llx", (ull)run->result);
	memory = fn_hex_write(run->frame, run->len);
	o = json_object_new_object();
	json_object_object_add(o, "r0", json_object_new_string(r0));
	json_object_object_add(o, "memory", json_object_new_string(memory));
	json_object_object_add(o, "instructions",
			       json_object_new_int64(run->words));
	json_object_object_add(o, "cycles", json_object_new_int64(run->cycles));
	free(memory);
	return fn_out_json(o);
}

static int run_image(struct fn_target *target, const struct job *j,
		     const struct fn_image *img)
{
	static u8 frame[ROOM];
	struct fn_run run = {
		.frame = frame,
		.len = j->len,
		.room = sizeof(frame),
		.event = print_event,
	};
	char why[256];

	run.prog = fn_target_load(target, img, why, sizeof(why));
	if (!run.prog)
		return fn_fail("the card refuses the program: %s", why);
	if (j->len)
		memcpy(frame, j->memory, j->len);
	fn_check_alloc(fn_engine_run(target->engine, &run) ? NULL : &run);
	return has_failed(&run) ? print_fault(&run) : print_result(&run);
}

static int run_job(const struct job *j)
{
	struct fn_image *img;
	struct fn_target target;
	int status;

	if (j->len > ROOM)
		return fn_fail("%zu bytes of memory; there can be %u", j->len,
			       ROOM);
	if (!j->size || j->size % sizeof(struct bpf_insn))
		return fn_fail(
			"%zu bytes of program; an instruction has 8, and at least one is needed",
			j->size);
	status = fn_target_open(&target, fn_options.profile);
	if (status)
		return status;
	status = translate(j, &target, &img);
	if (!status) {
		status = run_image(&target, j, img);
		fn_free(img);
	}
	fn_target_close(&target);
	return status;
}

static int read_program(struct job *j)
{
	size_t size;
	u8 *text;
	int status;

	if (fn_options.program)
		return fn_hex_read("the program", fn_options.program,
				   strlen(fn_options.program), &j->insns,
				   &j->size);
	status = fn_file_read("-", &text, &size);
	if (status)
		return status;
	status = fn_hex_read("the program on standard input", (char *)text,
			     size, &j->insns, &j->size);
	free(text);
	return status;
}

/**
 * fn_exec - flownic exec [MEM_HEX]
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_exec(struct fn_args *args)
{
	const char *memory = fn_args_next(args) ?: "", *word;
	struct job j = {};
	int status;

	while ((word = fn_args_next(args)))
		if (*word)
			return fn_usage("exec: \"%s\" is not expected here",
					word);
	status = fn_hex_read("the memory", memory, strlen(memory), &j.memory,
			     &j.len);
	if (!status)
		status = read_program(&j);
	if (!status)
		status = run_job(&j);
	free(j.insns);
	free(j.memory);
	return status;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lowering: a program as people have it becomes one of the same behaviour within
 * the limits of the kernel's offload core, as an object file of its own.
 *
 * A program is taken out of its object with the functions that it calls, the
 * maps and the data that it uses (read.c), is rewritten step by step (the table
 * in lower.c, one lowering a file) and becomes an object again (write.c).
 */
#ifndef FN_LOWER_H
#define FN_LOWER_H

#include "userspace/object/object.h"

struct btf;
struct fn_args;

#define FN_LOWER_NONE 0xffffffffu
#define FN_LOWER_GLOBALS "flownic_globals" /* the map of global data */
#define FN_LOWER_MAP "flownic_map_" /* and its name: a struct on a map */
#define FN_LOWER_MOST_DATA (1u << 26) /* bytes of a section, beyond any card */
#define FN_LOWER_FUNCS 512 /* more are not looked at for the context */
#define FN_COMPANION_MAPS 16 /* that a program redirects by */
#define FN_COMPANION_META 16 /* bytes of metadata that a packet takes along */
#define FN_COMPANION_MAGIC 0xf1e1d100u /* with the number of the map */
#define FN_COMPANION_WHOLE 0xff /* for that: the whole program */
/* Marks by which a companion knows a classifier's packet: its mark has the magic. */
#define FN_COMPANION_PRIORITY 0x0e1e2effu
#define FN_COMPANION_INDEX 0xf1e1u
#define FN_COMPANION_SEEN 0xf1e2u /* tc_index: the card has decided */
#define FN_LOWER_RECORD 4096 /* bytes of a record of a ring buffer */
#define FN_LOWER_CORES 16 /* most that a card has */
#define FN_LOWER_STACK 512 /* bytes that a program may have */
#define FN_LOWER_NAMES 256 /* of maps that the user gives */
#define FN_LOWER_MAP_SIZE 64 /* bytes of the definition of a map in .maps */

/* What the address in an instruction is one of, or what is called. */
enum fn_lower_ref {
	FN_REF_NONE,
	FN_REF_MAP, /* id is a map */
	FN_REF_DATA, /* id is a section of data, imm the place in it */
	FN_REF_FUNC, /* id is a function: its address */
	FN_REF_CALL, /* id is a function that is called */
	FN_REF_TAIL, /* id is a function that goes on, see tails.c */
	FN_REF_EXTERN, /* id is a symbol of the object: the kernel's */
};

/**
 * struct fn_lower_insn - an instruction
 * @insn: one that loads 64 bits has its number in @imm and takes two slots
 * @ref: enum fn_lower_ref
 * @jumps: @to is where to
 * @fresh: @to counts in what is being written, see struct fn_edit
 * @has_line: @line is there
 * @has_core: @core is there: what the loader makes of it is not known
 * @unread: registers r1 to r5, as bits, that the function called doesn't read
 * @to: instruction that is jumped to
 * @id: what @ref says
 * @imm: 64 bits, or offset from what is referred to
 * @line: names of file and text, place, as in .BTF.ext
 * @core: type, access string and kind, as in .BTF.ext
 */
struct fn_lower_insn {
	struct bpf_insn insn;
	u8 ref;
	bool jumps;
	bool fresh;
	bool has_line;
	bool has_core;
	u8 unread;
	u32 to;
	u32 id;
	u64 imm;
	u32 line[3];
	u32 core[3];
};

/**
 * struct fn_lower_func - a function
 * @name: of its symbol
 * @f: where it is in the object
 * @type: its BTF id, 0 if it has none
 * @global: other objects see it
 * @hidden: the verifier is not to judge it by itself
 * @maps: arguments that are maps, as bits, where these are numbers
 * @insn: instructions
 * @n: how many
 * @stack: bytes of stack that it uses
 * @has_ctx: its first argument is the context
 * @ctx_reg: register in which it gets the context, 0 if nobody has asked
 * @ctx: where on its stack it keeps the context, 0 if nobody needs that
 */
struct fn_lower_func {
	const char *name;
	const struct fn_function *f;
	u32 type;
	bool global;
	bool hidden;
	u8 maps;
	struct fn_lower_insn *insn;
	u32 n;
	u32 stack;
	bool has_ctx;
	u8 ctx_reg;
	s32 ctx;
};

/**
 * struct fn_lower_map - a map
 * @name: of its variable
 * @need: type and sizes
 * @flags: BPF_F_*
 * @key_type: BTF id, 0 if there is only a size
 * @value_type: likewise
 * @slot_type: of a core's value, if each has its own; else 0
 * @pinning: as the definition says
 * @origin: number among the object's maps, FN_LOWER_NONE if it has none such
 * @was: type that the object says
 * @kind: type that flownic's card makes of the hash, 0 if it stays one
 * @plain: what is special in its values is none any more
 * @value_size: bytes of a core's value, if each has its own
 * @stride: bytes from one core's value to the next, 0 if cores share values
 */
struct fn_lower_map {
	const char *name;
	struct fn_image_map need;
	u32 flags;
	u32 key_type;
	u32 value_type;
	u32 slot_type;
	u32 pinning;
	u32 origin;
	u32 was;
	u32 kind;
	bool plain;
	u32 value_size;
	u32 stride;
};

/**
 * struct fn_lower_data - a section of data
 * @sec: in the object, FN_LOWER_NONE if it has no such
 * @name: of the section
 * @bytes: contents, a copy
 * @size: of @bytes
 * @read_only: the program can't change it
 * @base: where it is in the map of globals
 */
struct fn_lower_data {
	u32 sec;
	const char *name;
	u8 *bytes;
	u32 size;
	bool read_only;
	u32 base;
};

/**
 * struct fn_lower_options - what to make of a program
 * @set: variables to set, NAME=VALUE with commas, or NULL
 * @tails: programs in arrays, ARRAY:INDEX=PROG with commas, or NULL
 * @inner: maps in maps, OUTER:KEY=MAP with commas, or NULL
 * @without: lowerings not to do, with commas, or NULL
 * @cores: of the card: slots of a per-CPU map
 * @host: the host gets the program
 * @one_worker: the card has one worker, whose number is 0
 */
struct fn_lower_options {
	const char *set;
	const char *tails;
	const char *inner;
	const char *without;
	u32 cores;
	bool host;
	bool one_worker;
};

/**
 * struct fn_lower - a program being lowered
 * @o: object that it is from
 * @p: program of @o
 * @options: what is wanted
 * @section: that it will be in
 * @func: functions, the program's own first
 * @nfuncs: number of @func
 * @map: maps
 * @nmaps: number of @map
 * @data: sections of data
 * @ndata: number of @data
 * @host: maps that the program redirects by, which the host has
 * @nhost: number of @host
 * @whole: the host has the whole program, too, for packets that it gets
 * @back: packets may come to the port again, on the host
 * @one_worker: it is right on a card that has one packet at a time
 * @given_inner: maps of maps have something else inside than the object says, or
 *	than a companion would find
 * @nothing_inside: maps of maps that nobody fills have nothing inside
 * @folds: there are numbers that the object does not have
 * @btf: types of the object that is written
 * @init: first contents of the map of globals, NULL if there is none
 * @init_size: bytes of @init
 * @done: bit mask of the lowerings that changed anything, as in the table
 * @note: sentences that the user should read, or ""
 * @why: sentence, if it can't be done
 */
struct fn_lower {
	const struct fn_object *o;
	const struct fn_program *p;
	const struct fn_lower_options *options;
	const char *section;
	struct fn_lower_func *func;
	u32 nfuncs;
	struct fn_lower_map *map;
	u32 nmaps;
	struct fn_lower_data *data;
	u32 ndata;
	struct fn_lower_map host[FN_COMPANION_MAPS];
	u32 nhost;
	bool whole;
	bool back;
	bool one_worker;
	bool given_inner;
	bool nothing_inside;
	bool folds;
	struct btf *btf;
	u8 *init;
	u32 init_size;
	u32 done;
	char note[512];
	char why[256];
};

/**
 * struct fn_lowered - what has become of a program
 * @data: object file with it alone
 * @size: of @data
 * @init: what its map of globals has to begin with, NULL if it has none
 * @init_size: bytes of @init
 * @map: maps; their names are the old object's
 * @nmaps: number of @map
 * @host: maps that a companion on the host redirects by; their names are the old
 *	object's
 * @nhost: number of @host
 * @whole: the companion has the whole program for packets that it gets
 * @back: packets may come to the port again, on the host
 * @one_worker: it is right on a card that has one packet at a time
 * @done: names of the lowerings that changed anything, with commas
 * @note: sentences that the user should read, or ""
 * @why: sentence, if there is none
 */
struct fn_lowered {
	u8 *data;
	size_t size;
	u8 *init;
	u32 init_size;
	struct fn_lower_map *map;
	u32 nmaps;
	struct fn_lower_map host[FN_COMPANION_MAPS];
	u32 nhost;
	bool whole;
	bool back;
	bool one_worker;
	char done[128];
	char note[512];
	char why[256];
};

/**
 * struct fn_edit - a function being rewritten
 * @l: program
 * @f: function
 * @insn: new instructions
 * @n: how many
 * @cap: room in @insn
 * @start: by old instruction, where it begins in the new ones
 * @at: old instruction at hand, FN_LOWER_NONE before the first
 */
struct fn_edit {
	struct fn_lower *l;
	struct fn_lower_func *f;
	struct fn_lower_insn *insn;
	u32 n;
	u32 cap;
	u32 *start;
	u32 at;
};

/**
 * struct fn_prologue - what is done once when a function is called
 * @args: registers with arguments, as bits
 * @fifth: where on the stack the fifth is kept
 */
struct fn_prologue {
	u32 args;
	s32 fifth;
};

/* What is known of a register. */
enum fn_kind {
	FN_V_ANY, /* nothing */
	FN_V_CLEAN, /* it does not point to the stack */
	FN_V_ARGUMENT, /* nor does what a function gets, but maybe to a caller's */
	FN_V_CONST, /* n */
	FN_V_CTX, /* the context */
	FN_V_STACK, /* the stack's end and n bytes */
	FN_V_MAP, /* map id */
	FN_V_RECORD, /* a record of a ring buffer, reserved by instruction id */
	FN_V_DATA, /* section of data id, at n */
	FN_V_FUNC, /* address of function id */
	FN_V_INNER, /* a map in map id, or NULL */
	FN_V_EITHER, /* one of several maps, or NULL */
};

/**
 * struct fn_value - what is known of a register
 * @kind: enum fn_kind
 * @id: as @kind says
 * @n: as @kind says
 */
struct fn_value {
	u8 kind;
	u32 id;
	s64 n;
};

#define FN_FLOW_SLOTS (FN_LOWER_STACK / 8)

/**
 * struct fn_state - what is known at an instruction
 * @r: registers
 * @slot: words of the stack, from its end
 */
struct fn_state {
	struct fn_value r[11];
	struct fn_value slot[FN_FLOW_SLOTS];
};

/**
 * struct fn_flow - what is known in a function
 * @l: program
 * @f: function, which must not change meanwhile
 * @at: by instruction, state before it if it is the first of a block
 * @reached: by instruction
 */
struct fn_flow {
	const struct fn_lower *l;
	const struct fn_lower_func *f;
	struct fn_state **at;
	u8 *reached;
};

/**
 * struct fn_setting - a value that the user gives a variable
 * @sec: section of the object
 * @at: offset in it
 * @size: bytes
 * @value: number
 */
struct fn_setting {
	u32 sec;
	u64 at;
	u64 size;
	u64 value;
};

/* What an instruction does that matters to who may do it. */
#define FN_TRAIT_REACHED 0x1 /* it can be reached at all */
#define FN_TRAIT_HOST 0x2 /* only a host can do it */
#define FN_TRAIT_EFFECT 0x4 /* doing it twice is not doing it once */
#define FN_TRAIT_CHANCE 0x8 /* done again, it may give something else */
#define FN_TRAIT_META 0x10 /* it makes metadata */
#define FN_TRAIT_BACK 0x20 /* the packet may enter the port again */
#define FN_TRAIT_INDEX 0x40 /* it writes what becomes tc_index */

/**
 * struct fn_traits - what the instructions of a program do
 * @l: program
 * @insn: by function, FN_TRAIT_* of each instruction
 * @func: by function, FN_TRAIT_* of all that it does and calls
 * @uses: by function and map or data, whether it uses that; data come behind the
 *	maps
 * @nuses: maps and data
 * @redirects: whether it redirects by a map
 */
struct fn_traits {
	const struct fn_lower *l;
	u8 **insn;
	u8 *func;
	bool **uses;
	u32 nuses;
	bool redirects;
};

/* lower.c */
bool fn_lower_object(const struct fn_object *o, const struct fn_program *p,
		     const struct fn_lower_options *options,
		     struct fn_lowered *out);
void fn_lowered_free(struct fn_lowered *out);
const char *fn_lowered_open(const struct fn_lowered *low, struct fn_object *o);

/* bad.c */
bool __printf(2, 3) fn_lower_bad(struct fn_lower *l, const char *fmt, ...);
void __printf(2, 3) fn_lower_note(struct fn_lower *l, const char *fmt, ...);

/* verb.c */
int fn_lower_verb(struct fn_args *args);

/* choose.c */
int fn_lower_choose(const struct fn_object *o, const char *path,
		    const char *name, u32 type, const struct fn_program **p);
struct fn_lower_options fn_lower_options_of(void);

/* read.c */
bool fn_lower_read(struct fn_lower *l);
bool fn_lower_add_function(struct fn_lower *l, const struct fn_function *f,
			   u32 *id);
bool fn_lower_read_more(struct fn_lower *l);

/* map.c */
u32 fn_lower_map_of(struct fn_lower *l, u32 origin);
u32 fn_lower_add_map(struct fn_lower *l, const char *name, u32 type,
		     u32 value_size, u32 entries);
u32 fn_lower_map_like(struct fn_lower *l, u32 outer, const char *name,
		      size_t len);
bool fn_lower_takes_map(u32 helper);
bool fn_redirect_map(u32 type);
bool fn_outer_map(u32 type);
bool fn_map_has_number(const struct fn_lower *l, u32 map);
bool fn_lower_has_outer(const struct fn_lower *l);
bool fn_lower_sized(struct fn_lower *l);

/* data.c */
u32 fn_lower_data_of(struct fn_lower *l, u32 sec);
bool fn_lower_data_load(const struct fn_lower_data *d, s64 at, u32 size,
			u64 *value);

/* kconfig.c */
bool fn_kconfig_value(struct fn_lower *l, const char *name, u32 type, bool weak,
		      u8 *to, u32 room, u32 *size);

/* externs.c */
bool fn_extern_refer(struct fn_lower *l, struct fn_lower_insn *insn,
		     u32 symbol);

/* types.c */
bool fn_lower_types(struct fn_lower *l);
bool fn_lower_map_types(struct fn_lower *l);
bool fn_lower_rename_struct(struct fn_lower *l, const char *from,
			    const char *to);

/* write.c */
bool fn_lower_write(struct fn_lower *l, u8 **data, size_t *size);

/* ext.c */
u32 fn_lower_slot(const struct fn_lower_func *f, u32 insn);
u8 *fn_lower_ext(const struct fn_lower *l, size_t *size);

/* edit.c */
void fn_edit_begin(struct fn_edit *e, struct fn_lower *l,
		   struct fn_lower_func *f);
void fn_edit_at(struct fn_edit *e, u32 i);
void fn_edit_copy(struct fn_edit *e, u32 i);
struct fn_lower_insn *fn_edit_add(struct fn_edit *e, struct bpf_insn insn);
void fn_edit_land(struct fn_edit *e, u32 jump);
void fn_edit_end(struct fn_edit *e);
void fn_edit_drop(struct fn_edit *e);

/* add.c */
void fn_add_mov(struct fn_edit *e, u32 dst, u32 src);
void fn_add_set(struct fn_edit *e, u32 dst, u64 value);
void fn_add_alu(struct fn_edit *e, u32 op, u32 dst, s32 imm);
void fn_add_alu_reg(struct fn_edit *e, u32 op, u32 dst, u32 src);
void fn_add_load(struct fn_edit *e, u32 size, u32 dst, u32 src, s32 off);
void fn_add_store(struct fn_edit *e, u32 size, u32 dst, s32 off, u32 src);
void fn_add_store_imm(struct fn_edit *e, u32 size, u32 dst, s32 off, s32 imm);
void fn_add_map(struct fn_edit *e, u32 dst, u32 map);
void fn_add_call(struct fn_edit *e, u32 helper);
void fn_add_exit(struct fn_edit *e);
u32 fn_add_jump(struct fn_edit *e, u32 op, u32 reg, s32 imm);
u32 fn_add_jump_reg(struct fn_edit *e, u32 op, u32 reg, u32 with);
u32 fn_add_jump_always(struct fn_edit *e);

/* flow.c */
bool fn_value_is_map(const struct fn_lower *l, const struct fn_value *v);
bool fn_value_may_be_map(const struct fn_lower *l, const struct fn_value *v);
void fn_flow_begin(struct fn_flow *w, const struct fn_lower *l,
		   const struct fn_lower_func *f);
bool fn_flow_state(const struct fn_flow *w, u32 i, struct fn_state *s);
void fn_flow_end(struct fn_flow *w);
struct fn_value fn_flow_load(const struct fn_lower *l,
			     const struct fn_lower_insn *i,
			     const struct fn_state *s);
int fn_flow_branch(const struct fn_lower_insn *i, const struct fn_state *s);

/* compute.c */
bool fn_compute_alu(const struct bpf_insn *insn, u64 a, u64 b, u64 *result);
bool fn_compute_branch(const struct bpf_insn *insn, u64 a, u64 b, bool *taken);

/* contexts.c */
bool fn_lower_contexts(struct fn_lower *l,
		       bool (*needs)(const struct fn_lower_func *f));

/* dead.c */
u32 fn_lower_reads(const struct fn_lower_insn *i);
u16 *fn_lower_live(const struct fn_lower_func *f);
void fn_lower_arguments(struct fn_lower *l);
void fn_lower_drop_dead(struct fn_lower_func *f);
void fn_lower_drop_unreached(struct fn_lower_func *f);
void fn_lower_prune(struct fn_lower *l);

/* set.c */
bool fn_set_read(struct fn_lower *l, const char *word, size_t len,
		 struct fn_setting *v);

/* handover.c */
void fn_handover(struct fn_edit *e, u32 number, s32 key);
void fn_handover_skb(struct fn_edit *e);
void fn_handover_seen(struct fn_edit *e);

/* redirect.c */
bool fn_redirect_can(const struct fn_lower *l, const struct fn_lower_func *f,
		     u32 i, const struct fn_state *s);

/* returns.c */
bool fn_redirect_returns(const struct fn_lower *l,
			 const struct fn_lower_func *f, u32 i);

/* lookups.c */
bool fn_lookup_redirects(const struct fn_lower *l,
			 const struct fn_lower_func *f, u32 i,
			 const struct fn_state *s, u64 *flags);

/* traits.c */
bool fn_is_classifier(const struct fn_lower *l);
bool fn_traits_begin(struct fn_traits *t, const struct fn_lower *l);
void fn_traits_end(struct fn_traits *t);
const char *fn_traits_name(const struct fn_lower *l,
			   const struct fn_lower_insn *i, char *text,
			   size_t size);

/* stack.c */
void fn_lower_stack(struct fn_lower *l);
s32 fn_lower_stack_take(struct fn_lower *l, struct fn_lower_func *f, u32 bytes);

/* prologue.c */
bool fn_prologue_begin(struct fn_prologue *p, struct fn_edit *e);
void fn_prologue_end(struct fn_prologue *p, struct fn_edit *e);

#endif /* FN_LOWER_H */

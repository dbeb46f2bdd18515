/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM flownic

#if !defined(FN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define FN_TRACE_H

#include <linux/tracepoint.h>

#include "../offload/isa.h"
#include "../offload/pcie.h"

/* clang-format off */

/* What an offloaded program printed; shown as bpf_trace_printk shows its own. */
TRACE_EVENT(flownic_printk,
	TP_PROTO(u32 card, const struct fn_event *ev),
	TP_ARGS(card, ev),
	TP_STRUCT__entry(
		__field(u32, card)
		__field(u32, port)
		__field(u32, prog)
		__dynamic_array(char, text, ev->len + 1)
	),
	TP_fast_assign(
		__entry->card = card;
		__entry->port = ev->port;
		__entry->prog = ev->prog;
		memcpy(__get_dynamic_array(text), ev->text, ev->len);
		((char *)__get_dynamic_array(text))[ev->len] = '\0';
	),
	TP_printk("%s", __get_str(text))
);

/* Why the card aborted a packet. */
TRACE_EVENT(flownic_fault,
	TP_PROTO(u32 card, const struct fn_event *ev),
	TP_ARGS(card, ev),
	TP_STRUCT__entry(
		__field(u32, card)
		__field(u32, port)
		__field(u32, prog)
		__field(u32, cause)
		__field(u32, pc)
		__field(s32, insn)
		__field(u64, addr)
		__field(u64, tstamp)
		__string(text, fn_fault_text[ev->cause])
	),
	TP_fast_assign(
		__entry->card = card;
		__entry->port = ev->port;
		__entry->prog = ev->prog;
		__entry->cause = ev->cause;
		__entry->pc = ev->pc;
		__entry->insn = ev->insn;
		__entry->addr = ev->addr;
		__entry->tstamp = ev->tstamp;
		fn_assign_str(text, fn_fault_text[ev->cause]);
	),
	TP_printk("card=%u port=%u prog=%u cause=%u pc=%u insn=%d addr=0x%llx: %s",
		  __entry->card, __entry->port, __entry->prog, __entry->cause,
		  __entry->pc, __entry->insn, __entry->addr, __get_str(text))
);

/* What a card refused, for whom, and why. */
TRACE_EVENT(flownic_refused,
	TP_PROTO(u32 card, const char *what, const char *dev, u32 err,
		 const char *text),
	TP_ARGS(card, what, dev, err, text),
	TP_STRUCT__entry(
		__field(u32, card)
		__field(u32, err)
		__string(what, what)
		__string(dev, dev)
		__string(text, text)
	),
	TP_fast_assign(
		__entry->card = card;
		__entry->err = err;
		fn_assign_str(what, what);
		fn_assign_str(dev, dev);
		fn_assign_str(text, text);
	),
	TP_printk("card=%u dev=%s errno=%u %s refused: %s", __entry->card,
		  __get_str(dev), __entry->err, __get_str(what),
		  __get_str(text))
);

/* clang-format on */

#endif /* FN_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH driver
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

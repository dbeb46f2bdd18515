/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernel and user space, and nothing else.
 *
 * Everything in offload/ except bpf_offload*.c compiles unchanged in both. It
 * includes this header and no system header, and has no #ifdef of its own.
 */
#ifndef FN_PLATFORM_H
#define FN_PLATFORM_H

/* A version of Linux, to be compared. */
#define FN_KERNEL(major, minor) ((major) << 16 | (minor))

#ifdef __KERNEL__

#include <linux/bpf.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/crc32.h>
#include <linux/errno.h>
#include <linux/filter.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pkt_cls.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>
#include <net/checksum.h>
#include <net/xdp.h>

#include "../driver/compat.h"

/* Zeroed memory, for the control path; may sleep. */
static inline void *fn_alloc(size_t size)
{
	return kvzalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN |
				      __GFP_RETRY_MAYFAIL);
}

/* The same with anything in it. */
static inline void *fn_alloc_dirty(size_t size)
{
	return kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN |
				      __GFP_RETRY_MAYFAIL);
}

static inline void fn_free(const void *p)
{
	kvfree(p);
}

/* Lets other tasks run, in a long loop of the control path. */
static inline void fn_cond_resched(void)
{
	cond_resched();
}

static inline u32 fn_host_kernel(void)
{
	return FN_HELPERS_LIKE;
}

static inline u64 fn_clock_ns(void)
{
	return ktime_get_ns();
}

static inline u64 fn_clock_boot_ns(void)
{
	return ktime_get_boottime_ns();
}

static inline u64 fn_clock_coarse_ns(void)
{
	return ktime_get_coarse_ns();
}

static inline u64 fn_clock_tai_ns(void)
{
	return ktime_get_clocktai_ns();
}

/* Ticks of the host, so many a second. */
#define FN_HZ HZ

static inline u64 fn_jiffies(void)
{
	return get_jiffies_64();
}

static inline u32 fn_random_u32(void)
{
	return get_random_u32();
}

static inline u32 fn_crc32(u32 crc, const void *buf, size_t len)
{
	return ~crc32_le(~crc, buf, len);
}

/* Internet checksum, 32 bits and not inverted; @len is odd only at the end. */
static inline u32 fn_csum_partial(const void *p, u32 len, u32 sum)
{
	return (__force u32)csum_partial(p, len, (__force __wsum)sum);
}

/* How much metadata XDP programs may have is the host's to say. */
static inline bool fn_meta_len_ok(u32 len)
{
	return !xdp_metalen_invalid(len);
}

/*
 * A bus address is the host's own name for a byte of its memory. There is no
 * IOMMU on this bus: the kernel gives its virtual addresses.
 */
static inline void *fn_bus_to_ptr(u64 addr)
{
	return (void *)(uintptr_t)addr;
}

/* A worker thread of the card. */
struct fn_thread {
	struct task_struct *task;
};

/* @cpu: to stay on, or -1. */
static inline int fn_thread_start(struct fn_thread *t, int (*fn)(void *),
				  void *arg, int cpu, const char *name)
{
	struct task_struct *task;

	if (cpu >= 0 && (cpu >= nr_cpu_ids || !cpu_online(cpu)))
		return -ENODEV;
	task = kthread_create(fn, arg, "%s", name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	if (cpu >= 0)
		kthread_bind(task, cpu);
	t->task = task;
	wake_up_process(task);
	return 0;
}

static inline void fn_thread_stop(struct fn_thread *t)
{
	if (t->task)
		kthread_stop(t->task);
	t->task = NULL;
}

static inline void fn_thread_wake(struct fn_thread *t)
{
	wake_up_process(t->task);
}

/*
 * Does the caller have the CPU that it waits for, or last ran on? What may be
 * another one by now.
 */
static inline bool fn_thread_waits_here(const struct fn_thread *t)
{
	return t->task != current &&
	       task_cpu(t->task) == raw_smp_processor_id();
}

static inline bool fn_thread_should_stop(struct fn_thread *t)
{
	return kthread_should_stop();
}

/*
 * Sleep until woken unless @busy(@arg) says that there is work; not longer than
 * @ns, if that is not 0.
 */
static inline void fn_thread_idle(struct fn_thread *t, bool (*busy)(void *),
				  void *arg, u64 ns)
{
	ktime_t wait = ns_to_ktime(ns);

	set_current_state(TASK_INTERRUPTIBLE);
	if (!busy(arg) && !kthread_should_stop())
		schedule_hrtimeout(ns ? &wait : NULL, HRTIMER_MODE_REL);
	__set_current_state(TASK_RUNNING);
}

static inline void fn_thread_yield(void)
{
	cond_resched();
}

typedef spinlock_t fn_lock_t;
#define fn_lock_init(l) spin_lock_init(l)
#define fn_lock(l) spin_lock_bh(l)
#define fn_unlock(l) spin_unlock_bh(l)
/* For locks that are taken with interrupts off, too, or in hard interrupts. */
#define fn_lock_irqsave(l, flags) spin_lock_irqsave(l, flags)
#define fn_unlock_irqrestore(l, flags) spin_unlock_irqrestore(l, flags)

typedef struct mutex fn_mutex_t;
#define fn_mutex_init(m) mutex_init(m)
#define fn_mutex_lock(m) mutex_lock(m)
#define fn_mutex_unlock(m) mutex_unlock(m)

#define __fn_rcu __rcu
#define fn_read_lock() rcu_read_lock()
#define fn_read_unlock() rcu_read_unlock()
#define fn_read(p) rcu_dereference(p)
#define fn_read_locked(p) rcu_dereference_protected(p, 1) /* by the writer */
#define fn_publish(p, v) rcu_assign_pointer(p, v)
#define fn_wait_for_readers() synchronize_rcu()

#define fn_load_acquire(p) smp_load_acquire(p)
#define fn_store_release(p, v) smp_store_release(p, v)
#define fn_read_barrier() smp_rmb()

/* Atomic and fully ordered; they return the old value. */
#define fn_barrier() smp_mb()
#define fn_xchg(p, v) xchg(p, v)
#define fn_cmpxchg(p, old, new) cmpxchg(p, old, new)

/* Code of the host's, compiled from BPF that nothing verifies. */
struct fn_code;

static inline bool fn_code_ready(char *why, size_t len)
{
	if (sizeof(void *) == sizeof(u64))
		return true;
	snprintf(why, len, "the host's words have less than 64 bits");
	return false;
}

/* The imm of a BPF call of @fn. */
static inline bool fn_code_call(u64 (*fn)(u64 a, u64 b, u64 c, u64 d, u64 e),
				s32 *imm)
{
	s64 distance = (u64)(uintptr_t)fn - (u64)(uintptr_t)__bpf_call_base;

	*imm = distance;
	return *imm == distance;
}

static inline void fn_code_free(struct fn_code *code)
{
	if (code)
		bpf_prog_free((struct bpf_prog *)code);
}

/* May sleep. Return: NULL and a reason if the kernel does not compile it. */
static inline struct fn_code *fn_code_make(const struct bpf_insn *insns, u32 n,
					   char *why, size_t len)
{
	struct bpf_prog *prog = bpf_prog_alloc(bpf_prog_size(n), 0);
	int err = 0;

	if (!prog) {
		snprintf(why, len, "the host has no memory to compile it");
		return NULL;
	}
	prog->len = n;
	prog->type = BPF_PROG_TYPE_SOCKET_FILTER;
	memcpy(prog->insnsi, insns, n * sizeof(*insns));
	if (prog->jit_requested) {
		prog = bpf_prog_select_runtime(prog, &err);
		if (prog->jited && !err)
			return (struct fn_code *)prog;
		snprintf(why, len, "the kernel's BPF compiler refused it (%d)",
			 err);
	} else {
		snprintf(
			why, len,
			"the kernel's BPF compiler is off (net.core.bpf_jit_enable=0)");
	}
	bpf_prog_free(prog);
	return NULL;
}

static inline u32 fn_code_run(const struct fn_code *code, void *arg)
{
	const struct bpf_prog *prog = (const struct bpf_prog *)code;

	return prog->bpf_func(arg, prog->insnsi);
}

#define FN_FETCH_OP(name)                                         \
	static inline u32 fn_fetch_##name##32(u32 * p, u32 v)     \
	{                                                         \
		return atomic_fetch_##name(v, (atomic_t *)p);     \
	}                                                         \
	static inline u64 fn_fetch_##name##64(u64 * p, u64 v)     \
	{                                                         \
		return atomic64_fetch_##name(v, (atomic64_t *)p); \
	}

#else /* user space */

#include <endian.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/types.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define __fn_rcu
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __aligned(n) __attribute__((aligned(n)))
#define __packed __attribute__((packed))
#define fallthrough __attribute__((fallthrough))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define round_up(x, a) ((((x)-1) | ((__typeof__(x))(a)-1)) + 1)
#define min(a, b)                       \
	({                              \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		_a < _b ? _a : _b;      \
	})
#define max(a, b)                       \
	({                              \
		__typeof__(a) _a = (a); \
		__typeof__(b) _b = (b); \
		_a > _b ? _a : _b;      \
	})
#define min_t(t, a, b) min((t)(a), (t)(b))
#define max_t(t, a, b) max((t)(a), (t)(b))
#define swap(a, b)                      \
	do {                            \
		__typeof__(a) _t = (a); \
		(a) = (b);              \
		(b) = _t;               \
	} while (0)
#define container_of(p, t, m) ((t *)((char *)(p)-offsetof(t, m)))
#define swab16(x) __builtin_bswap16(x)
#define swab32(x) __builtin_bswap32(x)
#define swab64(x) __builtin_bswap64(x)

#define fn_unaligned_(t, p) \
	(((struct { t v; } __packed __attribute__((may_alias)) *)(p))->v)
#define get_unaligned(p) fn_unaligned_(__typeof__(*(p)), p)
#define put_unaligned(x, p) (fn_unaligned_(__typeof__(*(p)), p) = (x))

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << (64 - __builtin_clzl(n - 1));
}

static inline u32 ilog2(u64 n)
{
	return 63 - __builtin_clzll(n);
}

static inline unsigned long __ffs(unsigned long n)
{
	return __builtin_ctzl(n);
}

static inline u32 __ffs64(u64 n)
{
	return __builtin_ctzll(n);
}

static inline u32 hweight64(u64 n)
{
	return __builtin_popcountll(n);
}

static inline void *fn_alloc(size_t size)
{
	return calloc(1, size ? size : 1);
}

static inline void *fn_alloc_dirty(size_t size)
{
	return malloc(size);
}

#define noinline __attribute__((noinline))

static inline void fn_free(const void *p)
{
	free((void *)p);
}

static inline void fn_cond_resched(void)
{
}

static inline u32 fn_host_kernel(void)
{
	u32 major = 6, minor = 1;
	struct utsname name;

	if (!uname(&name))
		sscanf(name.release, "%u.%u", &major, &minor);
	return FN_KERNEL(major, minor);
}

static inline u64 fn_clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static inline u64 fn_clock_ns(void)
{
	return fn_clock_read(CLOCK_MONOTONIC);
}

static inline u64 fn_clock_boot_ns(void)
{
	return fn_clock_read(CLOCK_BOOTTIME);
}

static inline u64 fn_clock_coarse_ns(void)
{
	return fn_clock_read(CLOCK_MONOTONIC_COARSE);
}

static inline u64 fn_clock_tai_ns(void)
{
	return fn_clock_read(CLOCK_TAI);
}

/* A process cannot read the ticks; these are as many as on Debian's kernels. */
#define FN_HZ 250

static inline u64 fn_jiffies(void)
{
	return (u32)(-300 * FN_HZ) +
	       fn_clock_coarse_ns() / (1000000000 / FN_HZ);
}

/* Of zlib.h, whose many other names get in the way. */
unsigned long crc32_z(unsigned long crc, const unsigned char *buf, size_t len);

/*
 * CRC-32, reflected, polynomial 0xedb88320, of what came before (0 to begin with)
 * and these bytes.
 */
static inline u32 fn_crc32(u32 crc, const void *buf, size_t len)
{
	return crc32_z(crc, buf, len);
}

static inline u32 fn_random_u32(void)
{
	return (u32)random() << 16 ^ (u32)random();
}

static inline u32 fn_csum_partial(const void *p, u32 len, u32 sum)
{
	u64 all = sum;
	const u8 *b = p;
	u32 tail = 0;

	for (; len >= 4; len -= 4, b += 4)
		all += get_unaligned((const u32 *)b);
	memcpy(&tail, b, len);
	all += tail;
	all = (all & 0xffffffff) + (all >> 32);
	return (all & 0xffffffff) + (all >> 32);
}

/* As newer kernels have it. */
static inline bool fn_meta_len_ok(u32 len)
{
	return len % 4 == 0 && len <= 255;
}

static inline void *fn_bus_to_ptr(u64 addr)
{
	return (void *)(uintptr_t)addr;
}

static inline void sort(void *base, size_t num, size_t size,
			int (*cmp)(const void *, const void *), void *swap)
{
	(void)swap;
	qsort(base, num, size, cmp);
}

struct fn_thread {
	pthread_t id;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool running;
	bool stop;
	bool woken;
	int (*fn)(void *arg);
	void *arg;
};

static inline void *fn_thread_entry(void *arg)
{
	struct fn_thread *t = arg;

	t->fn(t->arg);
	return NULL;
}

/* Waits for @cond end by a clock that nobody sets. */
static inline void fn_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

static inline int fn_thread_start(struct fn_thread *t, int (*fn)(void *),
				  void *arg, int cpu, const char *name)
{
	(void)cpu;
	(void)name;
	pthread_mutex_init(&t->lock, NULL);
	fn_cond_init(&t->cond);
	t->stop = false;
	t->woken = false;
	t->fn = fn;
	t->arg = arg;
	t->running = !pthread_create(&t->id, NULL, fn_thread_entry, t);
	return t->running ? 0 : -EAGAIN;
}

static inline void fn_thread_wake(struct fn_thread *t)
{
	pthread_mutex_lock(&t->lock);
	t->woken = true;
	pthread_cond_signal(&t->cond);
	pthread_mutex_unlock(&t->lock);
}

static inline void fn_thread_stop(struct fn_thread *t)
{
	if (!t->running)
		return;
	__atomic_store_n(&t->stop, true, __ATOMIC_RELEASE);
	fn_thread_wake(t);
	pthread_join(t->id, NULL);
	t->running = false;
}

/* Threads of user space have a CPU soon enough. */
static inline bool fn_thread_waits_here(const struct fn_thread *t)
{
	(void)t;
	return false;
}

static inline bool fn_thread_should_stop(struct fn_thread *t)
{
	return __atomic_load_n(&t->stop, __ATOMIC_ACQUIRE);
}

static inline void fn_thread_idle(struct fn_thread *t, bool (*busy)(void *),
				  void *arg, u64 ns)
{
	u64 end = fn_clock_ns() + ns;
	struct timespec until = {
		.tv_sec = end / 1000000000,
		.tv_nsec = end % 1000000000,
	};

	pthread_mutex_lock(&t->lock);
	while (!t->woken && !t->stop && !busy(arg)) {
		if (!ns)
			pthread_cond_wait(&t->cond, &t->lock);
		else if (pthread_cond_timedwait(&t->cond, &t->lock, &until))
			break;
	}
	t->woken = false;
	pthread_mutex_unlock(&t->lock);
}

static inline void fn_thread_yield(void)
{
	sched_yield();
}

typedef pthread_mutex_t fn_lock_t;
#define fn_lock_init(l) pthread_mutex_init(l, NULL)
#define fn_lock(l) pthread_mutex_lock(l)
#define fn_unlock(l) pthread_mutex_unlock(l)
#define fn_lock_irqsave(l, flags) ((flags) = 0, (void)pthread_mutex_lock(l))
#define fn_unlock_irqrestore(l, flags) \
	((void)(flags), (void)pthread_mutex_unlock(l))

typedef pthread_mutex_t fn_mutex_t;
#define fn_mutex_init(m) pthread_mutex_init(m, NULL)
#define fn_mutex_lock(m) pthread_mutex_lock(m)
#define fn_mutex_unlock(m) pthread_mutex_unlock(m)

/*
 * Readers count themselves in one of two places. Who waits for them sends new
 * ones to the other place until the first is empty, and does so twice, since a
 * reader may have chosen its place before the change and count itself after.
 */
struct fn_readers {
	pthread_mutex_t lock;
	u32 place;
	u32 count[2];
};

__attribute__((weak)) struct fn_readers fn_readers = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};
__attribute__((weak)) __thread u32 fn_reader_depth;
__attribute__((weak)) __thread u32 fn_reader_place;

static inline void fn_read_lock(void)
{
	if (fn_reader_depth++)
		return;
	fn_reader_place = __atomic_load_n(&fn_readers.place, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&fn_readers.count[fn_reader_place], 1,
			   __ATOMIC_SEQ_CST);
}

static inline void fn_read_unlock(void)
{
	if (!--fn_reader_depth)
		__atomic_fetch_sub(&fn_readers.count[fn_reader_place], 1,
				   __ATOMIC_SEQ_CST);
}

static inline void fn_wait_for_readers(void)
{
	u32 round;

	pthread_mutex_lock(&fn_readers.lock);
	for (round = 0; round < 2; round++) {
		u32 old = __atomic_fetch_xor(&fn_readers.place, 1,
					     __ATOMIC_SEQ_CST);

		while (__atomic_load_n(&fn_readers.count[old],
				       __ATOMIC_SEQ_CST))
			sched_yield();
	}
	pthread_mutex_unlock(&fn_readers.lock);
}

#define fn_read(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define fn_read_locked(p) fn_read(p)
#define fn_publish(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)

#define fn_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define fn_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define fn_read_barrier() __atomic_thread_fence(__ATOMIC_ACQUIRE)

#define fn_barrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define fn_xchg(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define fn_cmpxchg(p, old, new)                                 \
	({                                                      \
		__typeof__(*(p)) _o = (old);                    \
		__atomic_compare_exchange_n(p, &_o, new, false, \
					    __ATOMIC_SEQ_CST,   \
					    __ATOMIC_SEQ_CST);  \
		_o;                                             \
	})

/*
 * Nothing here compiles BPF: a tool that can run it says so. @make returns NULL
 * and a reason if it can't; @call gives the imm of a BPF call of a function.
 */
struct fn_code;

struct fn_code_ops {
	struct fn_code *(*make)(const struct bpf_insn *insns, u32 n, char *why,
				size_t len);
	void (*free)(struct fn_code *code);
	u32 (*run)(const struct fn_code *code, void *arg);
	s32 (*call)(u64 (*fn)(u64 a, u64 b, u64 c, u64 d, u64 e));
};

__attribute__((weak)) const struct fn_code_ops *fn_code_ops;

static inline bool fn_code_ready(char *why, size_t len)
{
	if (fn_code_ops)
		return true;
	snprintf(why, len, "there is no BPF compiler outside of the kernel");
	return false;
}

static inline bool fn_code_call(u64 (*fn)(u64 a, u64 b, u64 c, u64 d, u64 e),
				s32 *imm)
{
	*imm = fn_code_ops->call(fn);
	return true;
}

static inline void fn_code_free(struct fn_code *code)
{
	if (code)
		fn_code_ops->free(code);
}

static inline struct fn_code *fn_code_make(const struct bpf_insn *insns, u32 n,
					   char *why, size_t len)
{
	return fn_code_ops->make(insns, n, why, len);
}

static inline u32 fn_code_run(const struct fn_code *code, void *arg)
{
	return fn_code_ops->run(code, arg);
}

#define FN_FETCH_OP(name)                                             \
	static inline u32 fn_fetch_##name##32(u32 * p, u32 v)         \
	{                                                             \
		return __atomic_fetch_##name(p, v, __ATOMIC_SEQ_CST); \
	}                                                             \
	static inline u64 fn_fetch_##name##64(u64 * p, u64 v)         \
	{                                                             \
		return __atomic_fetch_##name(p, v, __ATOMIC_SEQ_CST); \
	}

#endif /* __KERNEL__ */

FN_FETCH_OP(add)
FN_FETCH_OP(and)
FN_FETCH_OP(or)
FN_FETCH_OP(xor)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the card and its host share a byte order, little-endian");

/* A ones' complement sum in fewer bits. */
static inline u32 fn_csum_fold32(u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (sum & 0xffffffff) + (sum >> 32);
}

static inline u16 fn_csum_fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/**
 * struct fn_log - where sentences for the user go
 * @write: prints a printf-style message; no newline is added
 * @ctx: for @write (the verifier's environment, a FILE, a buffer)
 *
 * In the kernel @write is the verifier log or an extack, in user space stderr.
 */
struct fn_log {
	__printf(2, 0) void (*write)(void *ctx, const char *fmt, va_list ap);
	void *ctx;
};

static inline __printf(2, 3) void fn_log(const struct fn_log *log,
					 const char *fmt, ...)
{
	va_list ap;

	if (!log || !log->write)
		return;
	va_start(ap, fmt);
	log->write(log->ctx, fmt, ap);
	va_end(ap);
}

#endif /* FN_PLATFORM_H */

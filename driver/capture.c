// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/flownic: frames that a card copies on their way, for one reader each
 * time it is opened.
 *
 * Why a device: a reader has a ring of its own that the card writes to, so a
 * slow one loses copies and nobody else does; what it lost is counted; and when
 * it dies, its file is closed and the capture with it. Netlink has one queue for
 * a socket's messages, and relay needs debugfs and a buffer for each CPU.
 */

#include <linux/capability.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/rtnetlink.h>
#include <linux/uaccess.h>

#include "../offload/host_memory.h"
#include "flownic.h"
#include "uapi.h"

/**
 * struct fn_reader - an open file
 * @nic: card that it captures on, with a reference; NULL before it does
 * @ring: units that the card writes
 * @mask: number of them - 1
 * @tail: units read, free-running; @lock
 * @slot: of the card's readers; chooses the interrupt vector
 * @doorbell: of the ring
 * @ended: the card has stopped; fn_readers_lock
 * @fired: there was an interrupt since the vector was unmasked
 * @wait: for frames
 * @lock: one system call at a time
 * @lost: records that found no room; written by the card
 * @head: units written, free-running; written by the card
 */
struct fn_reader {
	struct fn_nic *nic;
	void *ring;
	u32 mask;
	u32 tail;
	u32 slot;
	u32 doorbell;
	bool ended;
	bool fired;
	wait_queue_head_t wait;
	struct mutex lock; /* outside of RTNL and fn_readers_lock */
	u64 lost;
	u32 head ____cacheline_aligned_in_smp;
};

/* Beginning and end of captures; inside RTNL. */
static DEFINE_MUTEX(fn_readers_lock);

static int fn_capture_open(struct inode *inode, struct file *file)
{
	struct fn_reader *r;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	init_waitqueue_head(&r->wait);
	mutex_init(&r->lock);
	file->private_data = r;
	return stream_open(inode, file);
}

/* Under fn_readers_lock. */
static void fn_reader_stop(struct fn_reader *r)
{
	struct fn_msg_ring_id msg = { .doorbell = r->doorbell };

	if (r->ended)
		return;
	fn_card_ctrl(r->nic->card, FN_CTRL_CAPTURE_STOP, &msg, sizeof(msg));
	r->nic->readers[r->slot] = NULL;
	WRITE_ONCE(r->ended, true);
	wake_up_interruptible(&r->wait);
}

static int fn_capture_release(struct inode *inode, struct file *file)
{
	struct fn_reader *r = file->private_data;

	if (r->nic) {
		mutex_lock(&fn_readers_lock);
		fn_reader_stop(r);
		mutex_unlock(&fn_readers_lock);
		fn_nic_put(r->nic);
	}
	fn_free(r->ring);
	kfree(r);
	return 0;
}

static int fn_reader_free_slot(const struct fn_nic *nic)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nic->readers); i++)
		if (!nic->readers[i])
			return i;
	return -EBUSY;
}

/* Under RTNL and fn_readers_lock. */
static int fn_reader_begin(struct fn_reader *r, struct fn_nic *nic,
			   const struct flownic_capture *arg)
{
	struct fn_msg_capture msg = {
		.ports = arg->ports,
		.points = arg->points,
		.snaplen = arg->snaplen,
		.units = arg->units,
		.addr = fn_ptr_to_bus(r->ring),
		.head_addr = fn_ptr_to_bus(&r->head),
		.lost_addr = fn_ptr_to_bus(&r->lost),
	};
	int slot = fn_reader_free_slot(nic);
	int err;

	if (slot < 0)
		return slot;
	msg.vector = FN_VECTOR_CAPTURE + slot;
	/* The first interrupt may come before this returns. */
	nic->readers[slot] = r;
	err = fn_card_ctrl(nic->card, FN_CTRL_CAPTURE_START, &msg, sizeof(msg));
	if (err) {
		nic->readers[slot] = NULL;
		return err;
	}
	r->slot = slot;
	r->mask = arg->units - 1;
	r->doorbell = msg.doorbell;
	fn_nic_get(nic);
	smp_store_release(&r->nic, nic); /* pairs with fn_capture_poll() */
	return 0;
}

static int fn_reader_attach(struct fn_reader *r,
			    const struct flownic_capture *arg)
{
	struct fn_nic *nic;
	int err = -ENODEV;

	rtnl_lock();
	mutex_lock(&fn_readers_lock);
	nic = fn_nic_find(arg->card);
	if (nic)
		err = fn_reader_begin(r, nic, arg);
	mutex_unlock(&fn_readers_lock);
	rtnl_unlock();
	return err;
}

static int fn_capture_start(struct fn_reader *r,
			    const struct flownic_capture __user *user)
{
	struct flownic_capture arg;
	int err;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	if (r->nic)
		return -EBUSY;
	if (arg.reserved || arg.units > FLOWNIC_CAPTURE_UNITS_MAX ||
	    !is_power_of_2(arg.units))
		return -EINVAL;
	if (!fn_memory_spare((u64)arg.units * FN_CAPTURE_UNIT))
		return -ENOMEM;
	r->ring = fn_alloc((size_t)arg.units * FN_CAPTURE_UNIT);
	if (!r->ring)
		return -ENOMEM;
	err = fn_reader_attach(r, &arg);
	if (err) {
		fn_free(r->ring);
		r->ring = NULL;
	}
	return err;
}

static int fn_capture_stats(const struct fn_reader *r,
			    struct flownic_capture_stats __user *user)
{
	struct flownic_capture_stats s = {
		.lost = READ_ONCE(r->lost),
		.ended = READ_ONCE(r->ended),
	};

	return copy_to_user(user, &s, sizeof(s)) ? -EFAULT : 0;
}

static long fn_capture_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	struct fn_reader *r = file->private_data;
	void __user *user = (void __user *)arg;
	long err;

	if (cmd == FLOWNIC_IOC_CAPTURE_STATS)
		return fn_capture_stats(r, user);
	if (cmd != FLOWNIC_IOC_CAPTURE)
		return -ENOTTY;
	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	err = fn_capture_start(r, user);
	mutex_unlock(&r->lock);
	return err;
}

static bool fn_reader_ready(struct fn_reader *r)
{
	/* What is before the head has been written: see who releases it. */
	return smp_load_acquire(&r->head) != r->tail || READ_ONCE(r->ended);
}

static int fn_reader_await(struct fn_reader *r, bool block)
{
	int err = 0;

	/* An interrupt may be for what was read already: then the next, too. */
	while (!err && !fn_reader_ready(r)) {
		WRITE_ONCE(r->fired, false);
		fn_card_unmask(r->nic->card, FN_VECTOR_CAPTURE + r->slot);
		if (!block)
			return fn_reader_ready(r) ? 0 : -EAGAIN;
		err = wait_event_interruptible(
			r->wait, fn_reader_ready(r) || READ_ONCE(r->fired));
	}
	return err;
}

/* Whole records, without what fills the end of the ring. */
static ssize_t fn_reader_copy(struct fn_reader *r, char __user *buf,
			      size_t count)
{
	/* Pairs with the card's release: records first, then their count. */
	u32 head = smp_load_acquire(&r->head);
	size_t n = 0, size;

	while (r->tail != head) {
		const struct fn_capture_rec *rec =
			r->ring + (size_t)(r->tail & r->mask) * FN_CAPTURE_UNIT;

		size = rec->point ? (size_t)rec->units * FN_CAPTURE_UNIT : 0;
		if (size > count - n)
			return n ?: -EMSGSIZE;
		if (copy_to_user(buf + n, rec, size))
			return n ?: -EFAULT;
		n += size;
		r->tail += rec->units;
	}
	return n;
}

static ssize_t fn_reader_read(struct fn_reader *r, char __user *buf,
			      size_t count, bool block)
{
	ssize_t n;

	if (!r->nic)
		return -ENOTCONN;
	do {
		n = fn_reader_await(r, block);
		if (n)
			return n;
		n = fn_reader_copy(r, buf, count);
		fn_card_doorbell(r->nic->card, r->doorbell, r->tail);
	} while (!n && !READ_ONCE(r->ended));
	return n;
}

static ssize_t fn_capture_read(struct file *file, char __user *buf,
			       size_t count, loff_t *pos)
{
	struct fn_reader *r = file->private_data;
	ssize_t n;

	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	n = fn_reader_read(r, buf, count, !(file->f_flags & O_NONBLOCK));
	mutex_unlock(&r->lock);
	return n;
}

static __poll_t fn_capture_poll(struct file *file, poll_table *table)
{
	struct fn_reader *r = file->private_data;

	poll_wait(file, &r->wait, table);
	/* Without the lock, which a read() may hold while it waits. */
	if (!smp_load_acquire(&r->nic))
		return EPOLLERR;
	if (fn_reader_await(r, false))
		return 0;
	return EPOLLIN | EPOLLRDNORM | (READ_ONCE(r->ended) ? EPOLLHUP : 0);
}

static const struct file_operations fn_capture_fops = {
	.owner = THIS_MODULE,
	.open = fn_capture_open,
	.release = fn_capture_release,
	.unlocked_ioctl = fn_capture_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.read = fn_capture_read,
	.poll = fn_capture_poll,
};

static struct miscdevice fn_capture_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = FN_DRIVER_NAME,
	.fops = &fn_capture_fops,
	.mode = 0600,
};

/**
 * fn_capture_interrupt() - there are frames for a reader
 * @nic: the card
 * @slot: of its readers
 *
 * Context: worker of the card, in a round; who stops a capture waits for it.
 */
void fn_capture_interrupt(struct fn_nic *nic, u32 slot)
{
	struct fn_reader *r = READ_ONCE(nic->readers[slot]);

	if (!r)
		return;
	WRITE_ONCE(r->fired, true);
	wake_up_interruptible(&r->wait);
}

/**
 * fn_capture_end() - a card goes: its readers get what there is, then the end
 * @nic: the card
 *
 * Context: RTNL.
 */
void fn_capture_end(struct fn_nic *nic)
{
	u32 i;

	mutex_lock(&fn_readers_lock);
	for (i = 0; i < ARRAY_SIZE(nic->readers); i++)
		if (nic->readers[i])
			fn_reader_stop(nic->readers[i]);
	mutex_unlock(&fn_readers_lock);
}

int fn_capture_init(void)
{
	return misc_register(&fn_capture_device);
}

void fn_capture_exit(void)
{
	misc_deregister(&fn_capture_device);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The first process of the VM: mounts what the host shares, runs one job and
 * stops the machine.
 *
 * The job is a file of NUL-terminated strings, each a letter, a colon and a
 * value, in the share "run":
 *
 *	d:DIR		working directory
 *	e:NAME=VALUE	environment, repeated
 *	a:ARGUMENT	command, repeated
 *	l:DIR		directory to show as /lib/modules/RELEASE
 *	i:FILE		module to insert first, for the deterministic mode
 *	m:FILE		module to insert before the command
 *	p:PARAMETERS	parameters of that module
 *	o:OPTION	quiet	keep the output in memory until the command
 *				has ended (nothing of the host is waited for)
 *			merge	standard error goes where the output goes
 *	t:TTY ROWS COLS	run the command on this terminal
 *
 * What comes back in the same share: stdout, stderr, kmsg, clock, leaks and
 * at last status, the exit status of the command in decimal.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_PORT 0xf4 /* QEMU's isa-debug-exit */
#define MAX_WORDS 4096
#define RUN "/run/flownic"

struct job {
	const char *dir;
	const char *modules;
	const char *icount;
	const char *module;
	const char *params;
	const char *tty;
	char *argv[MAX_WORDS];
	char *env[MAX_WORDS];
	int argc;
	int envc;
	int quiet;
	int merge;
};

static void stop(void)
{
	sync();
	if (!ioperm(EXIT_PORT, 4, 1))
		outl(0, EXIT_PORT);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void die(const char *format, ...)
{
	char text[512];
	va_list args;
	int fd;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fd = open("/dev/kmsg", O_WRONLY);
	dprintf(fd < 0 ? 2 : fd, "<2>flownic-init: %s: %s\n", text,
		strerror(errno));
	stop();
}

static void make_dir(const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		die("mkdir %s", path);
}

static void attach(const char *source, const char *target, const char *type,
		   unsigned long flags, const char *options)
{
	if (mount(source, target, type, flags, options))
		die("mount %s on %s (%s)", source, target, options ?: type);
}

static void insert(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("open %s", path);
	if (syscall(SYS_finit_module, fd, params, 0))
		die("insert %s %s", path, params);
	close(fd);
}

/* The initramfs numbers its modules in the order of their dependencies. */
static void insert_boot_modules(void)
{
	struct dirent **list;
	char path[300];
	int i, count;

	count = scandir("/modules", &list, NULL, alphasort);
	for (i = 0; i < count; i++) {
		if (list[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%s", list[i]->d_name);
		insert(path, "");
	}
}

static char *boot_word(const char *name)
{
	static char line[4096];
	char *word, *end;
	int fd, size;

	fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	size = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (size < 0)
		die("read /proc/cmdline");
	line[size] = 0;
	word = strstr(line, name);
	if (!word)
		return NULL;
	word += strlen(name);
	end = word + strcspn(word, " \n");
	return strndup(word, end - word);
}

/*
 * A directory of the host: a 9p share in QEMU. In User Mode Linux the host's
 * directories are mounted by their path, which the command line gives.
 */
static void attach_share(const char *name, const char *target, int writable)
{
	char key[64], options[512], *path;

	snprintf(key, sizeof(key), "flownic.%s=", name);
	path = boot_word(key);
	if (path) {
		attach("none", target, "hostfs", 0, path);
		free(path);
		return;
	}
	snprintf(options, sizeof(options),
		 "trans=virtio,version=9p2000.L,msize=262144,cache=%s",
		 writable ? "none" : "loose");
	attach(name, target, "9p", writable ? 0 : MS_RDONLY, options);
}

static void mount_root(void)
{
	static const char *const dirs[] = { "/lower", "/rw", "/root", NULL };
	int i;

	for (i = 0; dirs[i]; i++)
		make_dir(dirs[i]);
	attach_share("root", "/lower", 0);
	attach("tmpfs", "/rw", "tmpfs", 0, "size=75%,mode=755");
	make_dir("/rw/upper");
	make_dir("/rw/work");
	attach("overlay", "/root", "overlay", 0,
	       "lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work");
}

static void enter_root(void)
{
	static const struct {
		const char *target, *type, *options;
	} mounts[] = {
		/* clang-format off */
		{ "/proc",		"proc",		NULL },
		{ "/sys",		"sysfs",	NULL },
		{ "/dev",		"devtmpfs",	"mode=755" },
		{ "/dev/pts",		"devpts",	"ptmxmode=666,mode=620,gid=5" },
		{ "/dev/shm",		"tmpfs",	"mode=1777" },
		{ "/run",		"tmpfs",	"mode=755" },
		{ "/sys/fs/bpf",	"bpf",		"mode=700" },
		{ "/sys/kernel/debug",	"debugfs",	NULL },
		{ "/sys/kernel/tracing", "tracefs",	NULL },
		{ "/sys/fs/cgroup",	"cgroup2",	NULL },
		/* clang-format on */
	};
	size_t i;

	if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		die("enter the root");
	if (mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL))
		die("share the mounts");
	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].target, 0755);
		attach(mounts[i].type, mounts[i].target, mounts[i].type, 0,
		       mounts[i].options);
	}
	make_dir("/run/lock");
	make_dir("/run/netns");
	make_dir(RUN);
	attach_share("run", RUN, 1);
	mkdir("/tmp", 01777);
	make_dir("/tmp/out");
	attach_share("out", "/tmp/out", 1);
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

static void raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		die("bring lo up");
	close(fd);
}

/*
 * Entropy, so that nothing waits for it. It is no secret here, and the same in
 * each run.
 */
static void seed_random(void)
{
	struct {
		struct rand_pool_info info;
		unsigned char bytes[64];
	} seed = { { .entropy_count = 512, .buf_size = 64 }, { 1 } };
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed))
		die("seed the random numbers");
	close(fd);
}

static char *read_job(size_t *size)
{
	struct stat status;
	char *text;
	int fd;

	fd = open(RUN "/job", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status))
		die("open the job");
	text = malloc(status.st_size + 1);
	if (!text || read(fd, text, status.st_size) != status.st_size)
		die("read the job");
	text[status.st_size] = 0;
	*size = status.st_size;
	close(fd);
	return text;
}

static void set_option(struct job *job, const char *option)
{
	if (!strcmp(option, "quiet"))
		job->quiet = 1;
	else if (!strcmp(option, "merge"))
		job->merge = 1;
	else
		die("unknown option %s", option);
}

static void parse_job(struct job *job)
{
	char *text, *value, *end;
	size_t size;

	text = read_job(&size);
	for (end = text + size; text < end; text += strlen(text) + 1) {
		value = text + 2;
		switch (text[0]) {
		case 'a':
			job->argv[job->argc++] = value;
			break;
		case 'e':
			job->env[job->envc++] = value;
			break;
		case 'd':
			job->dir = value;
			break;
		case 'i':
			job->icount = value;
			break;
		case 'l':
			job->modules = value;
			break;
		case 'm':
			job->module = value;
			break;
		case 'p':
			job->params = value;
			break;
		case 't':
			job->tty = value;
			break;
		case 'o':
			set_option(job, value);
			break;
		default:
			die("job: unknown line %s", text);
		}
		if (job->argc == MAX_WORDS - 1 || job->envc == MAX_WORDS - 1)
			die("job: more than %d words", MAX_WORDS);
	}
}

static void show_modules(const char *source)
{
	struct utsname name;
	char path[256];

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%s", name.release);
	mkdir("/lib/modules", 0755);
	mkdir(path, 0755);
	attach(source, path, NULL, MS_BIND, NULL);
}

static void open_tty(const char *spec)
{
	struct winsize size = { 0 };
	char name[64];
	int fd;

	if (sscanf(spec, "%60s %hu %hu", name, &size.ws_row, &size.ws_col) < 1)
		die("terminal %s", spec);
	fd = open(name, O_RDWR);
	if (fd < 0)
		die("open %s", name);
	ioctl(fd, TIOCSCTTY, 0);
	if (size.ws_row)
		ioctl(fd, TIOCSWINSZ, &size);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

static pid_t start(struct job *job, int out, int err)
{
	sigset_t none;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (job->tty) {
		open_tty(job->tty);
	} else {
		dup2(out, 1);
		dup2(err, 2);
	}
	if (chdir(job->dir))
		dprintf(2, "%s: %s\n", job->dir, strerror(errno));
	/* The command is looked for where its own PATH says. */
	environ = job->env;
	execvp(job->argv[0], job->argv);
	dprintf(2, "%s: %s\n", job->argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Collects the dead, as the first process must. True once @pid is one. */
static int reap(pid_t pid, int *status)
{
	int one, found = 0;
	pid_t dead;

	while ((dead = waitpid(-1, &one, WNOHANG)) > 0) {
		if (dead != pid)
			continue;
		*status = WIFEXITED(one) ? WEXITSTATUS(one) :
					   128 + WTERMSIG(one);
		found = 1;
	}
	return found;
}

/* False at the end of the input or when there is none at present. */
static int copy_some(int from, int to)
{
	static char buffer[128 * 1024];
	ssize_t done, size, offset = 0;

	size = read(from, buffer, sizeof(buffer));
	if (size <= 0)
		return 0;
	for (; offset < size; offset += done) {
		done = write(to, buffer + offset, size - offset);
		if (done < 0)
			die("write the output of the command");
	}
	return 1;
}

static int open_output(const char *path, int flags)
{
	int fd = open(path, O_CREAT | O_CLOEXEC | flags, 0644);

	if (fd < 0)
		die("open %s", path);
	return fd;
}

/* Runs the job, its output going to the share as it comes. */
static int run_relayed(struct job *job, int signals)
{
	int out[2], err[2], to_out, to_err, status = 125;
	struct pollfd polls[3];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		die("pipe");
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	fcntl(out[0], F_SETPIPE_SZ, 1 << 20);
	to_out = open_output(RUN "/stdout", O_WRONLY | O_APPEND);
	to_err = open_output(RUN "/stderr", O_WRONLY | O_APPEND);
	pid = start(job, out[1], job->merge ? out[1] : err[1]);
	polls[0] = (struct pollfd){ .fd = out[0], .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = err[0], .events = POLLIN };
	polls[2] = (struct pollfd){ .fd = signals, .events = POLLIN };
	do {
		struct signalfd_siginfo info;

		poll(polls, 3, -1);
		if (polls[0].revents)
			copy_some(out[0], to_out);
		if (polls[1].revents)
			copy_some(err[0], to_err);
		if (polls[2].revents && read(signals, &info, sizeof(info)) < 0)
			die("read signals");
	} while (!reap(pid, &status));
	while (copy_some(out[0], to_out))
		;
	while (copy_some(err[0], to_err))
		;
	return status;
}

static void copy_file(const char *from, const char *to)
{
	int in = open_output(from, O_RDONLY);
	int out = open_output(to, O_WRONLY | O_APPEND);

	while (copy_some(in, out))
		;
	close(in);
	close(out);
}

/* Runs the job, its output kept in memory until it has ended. */
static int run_quiet(struct job *job)
{
	int out, err, status = 125;
	pid_t pid;

	out = open_output("/run/stdout", O_WRONLY | O_APPEND);
	err = job->merge ? out :
			   open_output("/run/stderr", O_WRONLY | O_APPEND);
	pid = start(job, out, err);
	while (!reap(pid, &status)) {
		siginfo_t info;

		waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
	}
	return status;
}

static long long now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long microseconds(struct timeval time)
{
	return time.tv_sec * 1000000LL + time.tv_usec;
}

/* Two figures in ns: the command's CPU time, its children's included, and the
 * time that passed.
 */
static void save_clock(long long passed)
{
	struct rusage usage;
	char text[64];

	getrusage(RUSAGE_CHILDREN, &usage);
	snprintf(text, sizeof(text), "%lld %lld\n",
		 (microseconds(usage.ru_utime) + microseconds(usage.ru_stime)) *
			 1000,
		 passed);
	write_file(RUN "/clock", text);
}

static int run(struct job *job, int signals)
{
	long long begin;
	int status;

	begin = now(CLOCK_MONOTONIC_RAW);
	status = job->quiet ? run_quiet(job) : run_relayed(job, signals);
	save_clock(now(CLOCK_MONOTONIC_RAW) - begin);
	if (job->quiet) {
		copy_file("/run/stdout", RUN "/stdout");
		if (!job->merge)
			copy_file("/run/stderr", RUN "/stderr");
	}
	return status;
}

static void save_kernel_log(void)
{
	int in = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int out = open_output(RUN "/kmsg", O_WRONLY);
	char record[8192], *text, *end;
	ssize_t size;

	/* A record is "level,number,time,flags;text\n" and then details. */
	for (;;) {
		size = read(in, record, sizeof(record) - 1);
		if (size < 0 && errno == EPIPE)
			continue;
		if (size <= 0)
			break;
		record[size] = 0;
		text = strchr(record, ';');
		end = strchr(record, '\n');
		if (text && end && write(out, text + 1, end - text) < 0)
			die("save the kernel's log");
	}
	close(out);
}

/*
 * Blocks younger than five seconds are not reported, nor those that have
 * changed since the scan before.
 */
static void save_leaks(void)
{
	const char *path = "/sys/kernel/debug/kmemleak";

	if (access(path, F_OK))
		return;
	usleep(5100000);
	write_file(path, "scan");
	write_file(path, "scan");
	copy_file(path, RUN "/leaks");
}

static void save_taint(void)
{
	if (!access("/proc/sys/kernel/tainted", R_OK))
		copy_file("/proc/sys/kernel/tainted", RUN "/taint");
}

static int block_child_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int main(void)
{
	static struct job job = { .dir = "/", .params = "" };
	int fd, signals, status;
	char text[16];

	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	attach("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	insert_boot_modules();
	mount_root();
	enter_root();
	while ((fd = open("/dev/null", O_RDWR)) <= 2 && fd >= 0)
		;
	close(fd);
	raise_loopback();
	seed_random();
	setenv("PATH",
	       "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
	       1);
	sethostname("flownic", 7);
	write_file("/proc/sys/kernel/hung_task_timeout_secs", "60");
	signals = block_child_signal();
	parse_job(&job);
	if (job.icount)
		insert(job.icount, "");
	if (job.modules)
		show_modules(job.modules);
	if (job.module)
		insert(job.module, job.params);
	status = run(&job, signals);
	if (job.module)
		save_leaks();
	save_kernel_log();
	save_taint();
	snprintf(text, sizeof(text), "%d\n", status);
	write_file(RUN "/status", text);
	stop();
}

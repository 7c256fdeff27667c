/*
 * System calls, one small function each. A call that cannot finish yet blocks its process and returns AGAIN: EPC stays at
 * the SYSCALL, which is simply executed once more when the process wakes up.
 */
#include "kernel.h"
#include "print.h"
#include "process.h"

#define AGAIN	0x80000000
#define FAILED	-1

static int sys_exit(struct process *p, u32 status, u32 b, u32 c)
{
	process_exit(p, status & 127);
	return 0;
}

static int sys_write(struct process *p, u32 text, u32 length, u32 c)
{
	for (u32 i = 0; i < length; i++) {
		const char *at = space_reach(p, text + i, 0);
		if (!at)
			return FAILED;
		put_char(*at);
	}
	return length;
}

static int sys_getc(struct process *p, u32 a, u32 b, u32 c)
{
	int typed = console_read();
	if (typed >= 0)
		return typed;
	block(p, console_input);
	return AGAIN;
}

static int sys_fork(struct process *p, u32 a, u32 b, u32 c)
{
	struct process *child = process_fork(p);
	if (!child)
		return FAILED;
	child->frame[FRAME_EPC] += 4;
	space_use(p);			/* its old ASID knows pages as writable that are now shared */
	return child->pid;
}

static int sys_spawn(struct process *p, u32 file, u32 line, u32 c)
{
	char name[NAME_SIZE], arguments[LINE_SIZE];
	if (copy_string_in(p, name, file, NAME_SIZE) < 0 || copy_string_in(p, arguments, line, LINE_SIZE) < 0)
		return FAILED;
	struct process *child = process_spawn(name, arguments, p->pid);
	return child ? child->pid : FAILED;
}

static int sys_wait(struct process *p, u32 result, u32 b, u32 c)
{
	int status = 0, pid = process_wait(p, &status);
	if (pid == 0) {
		block(p, p);
		return AGAIN;
	}
	if (pid > 0 && result && copy_out(p, result, &status, sizeof status) < 0)
		return FAILED;
	return pid;
}

static int sys_yield(struct process *p, u32 a, u32 b, u32 c)
{
	end_turn();
	return 0;
}

static int sys_getpid(struct process *p, u32 a, u32 b, u32 c)
{
	return p->pid;
}

static int sys_sbrk(struct process *p, u32 bytes, u32 b, u32 c)
{
	u32 old = p->heap_end;
	if (bytes > HEAP_TOP - old)
		return FAILED;
	p->heap_end += bytes;
	return old;
}

static int sys_sleep(struct process *p, u32 duration, u32 b, u32 c)
{
	p->wake_at = ticks + duration;
	p->state = SLEEPING;
	return 0;
}

static int sys_ticks(struct process *p, u32 a, u32 b, u32 c)
{
	return ticks;
}

static int sys_info(struct process *p, u32 index, u32 result, u32 c)
{
	if (index >= PROCESSES)
		return FAILED;
	const struct process *of = &processes[index];
	struct process_info info = {
		.pid = of->pid, .parent = of->parent, .state = of->state, .pages = of->pages,
		.switches = of->switches, .preemptions = of->preemptions, .asid = of->asid,
	};
	__builtin_memcpy(info.name, of->name, NAME_SIZE);
	return copy_out(p, result, &info, sizeof info);
}

static int sys_read(struct process *p, u32 file, u32 offset, u32 buffer)
{
	char name[NAME_SIZE];
	if (copy_string_in(p, name, file, NAME_SIZE) < 0)
		return FAILED;
	const struct file *f = file_find(name);
	if (!f)
		return FAILED;
	u32 size = f->end - f->start;
	u32 length = offset >= size ? 0 : size - offset < READ_SIZE ? size - offset : READ_SIZE;
	return copy_out(p, buffer, f->start + offset, length) < 0 ? FAILED : (int)length;
}

static int sys_file(struct process *p, u32 index, u32 buffer, u32 c)
{
	for (const struct file *f = files; f->name; f++)
		if (!index--)
			return copy_out(p, buffer, f->name, __builtin_strlen(f->name) + 1) < 0 ? FAILED : f->end - f->start;
	return FAILED;
}

static int (*const calls[])(struct process *, u32, u32, u32) = {
	[SYS_EXIT] = sys_exit, [SYS_WRITE] = sys_write, [SYS_GETC] = sys_getc, [SYS_FORK] = sys_fork,
	[SYS_SPAWN] = sys_spawn, [SYS_WAIT] = sys_wait, [SYS_YIELD] = sys_yield, [SYS_GETPID] = sys_getpid,
	[SYS_SBRK] = sys_sbrk, [SYS_SLEEP] = sys_sleep, [SYS_TICKS] = sys_ticks, [SYS_INFO] = sys_info,
	[SYS_READ] = sys_read, [SYS_FILE] = sys_file,
};

void system_call(struct process *p)
{
	u32 number = p->frame[REG_V0], *a = &p->frame[REG_A0];
	int known = number < sizeof calls / sizeof *calls && calls[number];
	u32 result = known ? (u32)calls[number](p, a[0], a[1], a[2]) : (u32)FAILED;
	if (result == AGAIN)
		return;
	p->frame[REG_V0] = result;
	p->frame[FRAME_EPC] += 4;
}

/* Processes are born, have children, and end. */
#include "board.h"
#include "kernel.h"
#include "print.h"
#include "process.h"

#define USER_STATUS	(STATUS_UM | STATUS_EXL | STATUS_IE | STATUS_IM7 | STATUS_IM2)

struct process processes[PROCESSES];	/* 0 is the idle process */
static int last_pid;

static struct process *allocate(int parent)
{
	for (struct process *p = &processes[1]; p < &processes[PROCESSES]; p++)
		if (p->state == FREE) {
			*p = (struct process){ .state = READY, .pid = ++last_pid, .parent = parent };
			return p;
		}
	return 0;
}

static struct process *find(int pid)
{
	for (struct process *p = &processes[1]; p < &processes[PROCESSES]; p++)
		if (p->state != FREE && p->pid == pid)
			return p;
	return 0;
}

struct process *process_spawn(const char *name, const char *line, int parent)
{
	const struct file *f = file_find(name);
	if (!f || !program_entry(f))
		return 0;
	struct process *p = allocate(parent);
	if (!p)
		return 0;
	__builtin_memcpy(p->name, name, __builtin_strlen(name) + 1);
	p->program = f;
	p->heap_end = program_end(f);
	space_create(p);
	u32 argument = STACK_TOP - LINE_SIZE, length = 0;
	while (line[length] && length < LINE_SIZE - 1)
		length++;
	copy_out(p, argument, line, length);	/* the rest of the page is zero */
	p->frame[FRAME_EPC] = program_entry(f);
	p->frame[FRAME_STATUS] = USER_STATUS;
	p->frame[REG_A0] = argument;
	p->frame[REG_SP] = argument - 32;
	return p;
}

struct process *process_fork(struct process *parent)
{
	struct process *child = allocate(parent->pid);
	if (!child)
		return 0;
	fpu_save(parent);
	__builtin_memcpy(child->frame, parent->frame, sizeof child->frame);
	__builtin_memcpy(child->fpu, parent->fpu, sizeof child->fpu);
	__builtin_memcpy(child->name, parent->name, sizeof child->name);
	child->frame[FRAME_STATUS] &= ~STATUS_CU1;
	child->frame[REG_V0] = 0;
	child->program = parent->program;
	child->heap_end = parent->heap_end;
	space_copy(child, parent);
	return child;
}

/* The last word of the first process is the verdict of the machine. */
static void machine_exit(int status)
{
	if (status)
		print("KERNEL-FAIL %d\n", status);
	else
		print("KERNEL-OK\n");
	power_off();
}

void process_exit(struct process *p, int status)
{
	if (p->pid == 1)
		machine_exit(status);
	fpu_forget(p);
	space_free(p);
	p->state = ZOMBIE;
	p->status = status;
	for (struct process *child = &processes[1]; child < &processes[PROCESSES]; child++)
		if (child->state != FREE && child->parent == p->pid)
			child->parent = 1;
	wake(find(p->parent));
	wake(find(1));			/* which inherited the children */
}

/* The pid of a child that ended; 0 if none has yet, -1 if there are none. */
int process_wait(struct process *p, int *status)
{
	int children = 0;
	for (struct process *child = &processes[1]; child < &processes[PROCESSES]; child++) {
		if (child->state == FREE || child->parent != p->pid)
			continue;
		children++;
		if (child->state == ZOMBIE) {
			*status = child->status;
			child->state = FREE;
			return child->pid;
		}
	}
	return children ? 0 : -1;
}

/* The process and its trap frame. */
#pragma once

/* Word offsets into the frame; general registers lie at their own numbers, k0 and k1 lend their places. */
#define FRAME_STATUS	26
#define FRAME_CAUSE	27
#define FRAME_EPC	0
#define FRAME_HI	32
#define FRAME_LO	33
#define FRAME_BADVADDR	34
#define FRAME_WORDS	35

#define REG_V0		2
#define REG_A0		4
#define REG_SP		29

#ifndef __ASSEMBLER__

#include "mips.h"
#include "syscalls.h"

#define PROCESSES	64

enum state { FREE, READY, SLEEPING, BLOCKED, ZOMBIE };

struct process {
	u32 frame[FRAME_WORDS];		/* first: start.S finds it at the address of the process */
	enum state state;
	int pid, parent, status;
	u32 **directory;		/* page tables of 1,024 PTEs, 4 MB each */
	u32 asid, asid_generation;
	u32 heap_end, wake_at;
	const void *event;		/* what a blocked process waits for */
	const struct file *program;	/* its pages come from here */
	u32 pages, switches, preemptions;
	char name[NAME_SIZE];
	u32 fpu[32 + 1] __attribute__((aligned(8)));	/* registers and FCSR, while somebody else has the FPU */
};

extern struct process *current, processes[PROCESSES];

/* process.c: life and death */
struct process *process_spawn(const char *file, const char *line, int parent);
struct process *process_fork(struct process *parent);
void process_exit(struct process *p, int status);
int process_wait(struct process *p, int *status);

/* schedule.c: who runs */
void block(struct process *p, const void *event);
void wake(const void *event);
void wake_sleepers(u32 now);
void end_turn(void);
struct process *schedule(void);
void start_idle(void);

/* address_space.c: page tables */
void space_create(struct process *p);
void space_copy(struct process *to, struct process *from);
void space_free(struct process *p);
void space_use(struct process *p);
int space_fault(struct process *p, u32 address, int write);
void *space_reach(struct process *p, u32 address, int write);
int copy_in(struct process *p, void *to, u32 from, u32 length);
int copy_out(struct process *p, u32 to, const void *from, u32 length);
int copy_string_in(struct process *p, char *to, u32 from, u32 size);

/* fpu.c: one FPU for all */
void fpu_take(struct process *p);
void fpu_save(struct process *p);
void fpu_forget(struct process *p);

/* syscall.c */
void system_call(struct process *p);

#endif

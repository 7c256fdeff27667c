/*
 * The FPU changes hands only when somebody uses it: a process runs with Status.CU1 clear until its first floating-point
 * instruction, which raises Coprocessor Unusable (MD00090); then the owner's registers are saved, its own loaded.
 */
#include "process.h"

static struct process *owner;

#define EACH_PAIR(X)	X(0) X(2) X(4) X(6) X(8) X(10) X(12) X(14) X(16) X(18) X(20) X(22) X(24) X(26) X(28) X(30)
#define SAVE(n)		"sdc1 $f" #n ", 4 * " #n "(%0)\n\t"
#define LOAD(n)		"ldc1 $f" #n ", 4 * " #n "(%0)\n\t"

void fpu_save(struct process *p)
{
	if (owner != p)
		return;
	mtc0(C0_STATUS, STATUS_CU1);
	asm volatile(EACH_PAIR(SAVE) : : "r"(p->fpu) : "memory");
	asm volatile("cfc1 %0, $31" : "=r"(p->fpu[32]));
	mtc0(C0_STATUS, 0);
}

void fpu_take(struct process *p)
{
	if (owner) {
		fpu_save(owner);
		owner->frame[FRAME_STATUS] &= ~STATUS_CU1;
	}
	mtc0(C0_STATUS, STATUS_CU1);
	asm volatile(EACH_PAIR(LOAD) : : "r"(p->fpu) : "memory");
	asm volatile("ctc1 %0, $31" : : "r"(p->fpu[32] & ~0x3f000));	/* without its Cause bits, which would raise their exception here */
	mtc0(C0_STATUS, 0);
	owner = p;
	p->frame[FRAME_STATUS] |= STATUS_CU1;
}

void fpu_forget(struct process *p)
{
	if (owner == p)
		owner = 0;
}

/* Every exception but the TLB refill comes here. */
#include "kernel.h"
#include "print.h"
#include "process.h"

static const char *const causes[] = {
	[EXC_MOD] = "write to a read-only page", [EXC_TLBL] = "load from nowhere", [EXC_TLBS] = "store to nowhere",
	[EXC_ADEL] = "bad address of a load", [EXC_ADES] = "bad address of a store", [EXC_BP] = "break",
	[EXC_RI] = "reserved instruction", [EXC_CPU] = "privileged instruction", [EXC_OV] = "overflow", [EXC_TR] = "trap",
	[EXC_FPE] = "floating point exception",
};

static void kill(struct process *p, u32 code)
{
	const char *cause = code < sizeof causes / sizeof *causes && causes[code] ? causes[code] : "exception";
	print("%s[%d]: %s at %08x", p->name, p->pid, cause, p->frame[FRAME_EPC]);
	if (code >= EXC_MOD && code <= EXC_ADES)
		print(", address %08x", p->frame[FRAME_BADVADDR]);
	print("\n");
	process_exit(p, KILLED + code);
}

struct process *trap(struct process *p)
{
	u32 cause = p->frame[FRAME_CAUSE], code = CAUSE_CODE(cause);

	if (code != EXC_INT && !(p->frame[FRAME_STATUS] & STATUS_UM)) {
		print("ExcCode %d at %08x, address %08x: ", code, p->frame[FRAME_EPC], p->frame[FRAME_BADVADDR]);
		panic("exception in the kernel");
	}
	switch (code) {
	case EXC_INT:
		if (cause & CAUSE_IP7)
			timer_interrupt();
		if (cause & CAUSE_IP2)
			console_interrupt();
		break;
	case EXC_MOD:
	case EXC_TLBL:
	case EXC_TLBS:
		if (!space_fault(p, p->frame[FRAME_BADVADDR], code != EXC_TLBL))
			kill(p, code);
		break;
	case EXC_SYS:
		system_call(p);
		break;
	case EXC_CPU:
		if (CAUSE_CE(cause) == 1) {
			fpu_take(p);
			break;
		}
		kill(p, code);
		break;
	default:
		kill(p, code);
	}
	return schedule();
}

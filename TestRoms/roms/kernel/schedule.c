/* Round robin over the process table. */
#include "kernel.h"
#include "process.h"

struct process *current;

extern const char idle[];

static int turn_over;

void start_idle(void)
{
	struct process *p = &processes[0];
	space_create(p);
	p->state = READY;
	p->frame[FRAME_EPC] = (u32)idle;
	p->frame[FRAME_STATUS] = STATUS_EXL | STATUS_IE | STATUS_IM7 | STATUS_IM2;
	current = p;
}

void block(struct process *p, const void *event)
{
	p->state = BLOCKED;
	p->event = event;
}

void wake(const void *event)
{
	for (struct process *p = &processes[1]; p < &processes[PROCESSES]; p++)
		if (p->state == BLOCKED && p->event == event)
			p->state = READY;
}

void wake_sleepers(u32 now)
{
	for (struct process *p = &processes[1]; p < &processes[PROCESSES]; p++)
		if (p->state == SLEEPING && (int)(now - p->wake_at) >= 0)
			p->state = READY;
}

/* The current process steps behind the others: its time is up, or it has had enough. */
void end_turn(void)
{
	turn_over = 1;
}

/* The next ready process after the current one; the current one itself if it may go on; idle when there is nobody. */
struct process *schedule(void)
{
	if (current->state == READY && current != processes && !turn_over)
		return current;
	turn_over = 0;
	u32 start = current - processes;
	struct process *next = processes;
	for (u32 i = 1; i <= PROCESSES; i++) {
		struct process *p = &processes[(start + i) % PROCESSES];
		if (p != processes && p->state == READY) {
			next = p;
			break;
		}
	}
	if (next != current) {
		if (current->state == READY)
			current->preemptions++;
		next->switches++;
	}
	current = next;
	space_use(next);
	return next;
}

/* Starts the machine and its first process: the program named by exec= on the command line, or the shell. */
#include "board.h"
#include "kernel.h"
#include "print.h"
#include "process.h"

extern char refill_vector[], refill_vector_end[], general_vector[], general_vector_end[];

static void install(u32 at, const char *code, const char *end)
{
	__builtin_memcpy((void *)at, code, end - code);
	sync_code((void *)at, end - code);
}

static void tlb_clear(void)
{
	mtc0(C0_PAGEMASK, 0);
	mtc0(C0_WIRED, 0);
	mtc0(C0_ENTRYLO0, 0);
	mtc0(C0_ENTRYLO1, 0);
	for (u32 i = 0; i < 16; i++) {
		mtc0(C0_INDEX, i);
		mtc0(C0_ENTRYHI, 0x80000000 + (i << 13));	/* addresses in kseg0 never match */
		tlbwi();
	}
}

/* The value of exec= up to the next blank, or the shell; the rest of the line are the program's arguments. */
static const char *first_program(const char *line, char *name)
{
	const char *arguments = "";
	__builtin_memcpy(name, "sh", 3);
	for (; *line; line++)
		if (line[0] == 'e' && line[1] == 'x' && line[2] == 'e' && line[3] == 'c' && line[4] == '=') {
			u32 n = 0;
			for (line += 5; *line && *line != ' ' && n < NAME_SIZE - 1; line++)
				name[n++] = *line;
			name[n] = 0;
			arguments = *line ? line + 1 : line;
			break;
		}
	return arguments;
}

struct process *kernel_main(int argc, char **argv, char **envp, u32 memory_size)
{
	install(0x80000000, refill_vector, refill_vector_end);
	install(0x80000180, general_vector, general_vector_end);
	mtc0(C0_STATUS, 0);
	tlb_clear();
	pages_start(memory_size);
	console_start();
	timer_start();
	print("kernel: %d KB of memory free\n", pages_free() * (PAGE_SIZE / 1024));

	char name[NAME_SIZE];
	const char *arguments = first_program(argc > 1 ? argv[1] : "", name);
	start_idle();
	if (!process_spawn(name, arguments, 0))
		panic("no such program");
	return schedule();		/* start.S resumes it */
}

void panic(const char *why)
{
	print("kernel panic: %s\n", why);
	power_off();
}

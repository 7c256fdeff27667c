/* The standard input: a byte that comes sends a signal, whose handler has KVM leave the guest. A terminal is the guest's, unchanged, to the guest's end. */
#include "vmm.h"

#define SIGIO		22
#define F_GETFL		3
#define F_SETFL		4
#define F_SETOWN	24
#define O_ASYNC		0x1000
#define TCGETS		0x540d
#define TCSETS		0x540e
#define POLLIN		1

struct terminal { u32 input, output, control, local; u8 discipline, characters[23]; };
struct action { u32 flags; void (*handler)(int); u32 mask[4]; };
struct poll { int file; short events, happened; };

static struct terminal found;
static long flags;
static int is_open, is_terminal, has_ended;
static volatile u8 *stop_guest;

static void stop(int signal)
{
	(void)signal;
	*stop_guest = 1;
}

void terminal_open(volatile u8 *stop_where)
{
	stop_guest = stop_where;
	struct action action = { .handler = stop };
	checked("SIGIO", call4(SYS_rt_sigaction, SIGIO, &action, 0, sizeof action.mask));
	flags = call3(SYS_fcntl, 0, F_GETFL, 0);
	has_ended = flags < 0;
	if (has_ended)
		return;
	is_open = 1;
	call3(SYS_fcntl, 0, F_SETOWN, call0(SYS_getpid));
	call3(SYS_fcntl, 0, F_SETFL, flags | O_ASYNC);
	is_terminal = call3(SYS_ioctl, 0, TCGETS, &found) == 0;
	if (is_terminal) {
		struct terminal raw = found;
		raw.input = raw.output = raw.local = 0;
		call3(SYS_ioctl, 0, TCSETS, &raw);
	}
}

void terminal_pass(void)
{
	struct poll poll = { .events = POLLIN };
	u32 uart;
	u8 byte;
	while (!has_ended && (uart = uart_that_listens()) < UARTS && call3(SYS_poll, &poll, 1, 0) > 0) {
		if (call3(SYS_read, 0, &byte, 1) == 1)
			uart_receive(uart, byte);
		else
			has_ended = 1;
	}
}

void terminal_close(void)
{
	if (!is_open)
		return;
	is_open = 0;
	call3(SYS_fcntl, 0, F_SETFL, flags);
	if (is_terminal)
		call3(SYS_ioctl, 0, TCSETS, &found);
}

/* The console of ROMs and of the kernel: the first 16550A, polled. */
#include "board.h"
#include "print.h"

#define TRANSMITTER_EMPTY	0x20

void put_char(char c)
{
	if (c == '\n')
		put_char('\r');
	while (!(MMIO8(COM1 + 5) & TRANSMITTER_EMPTY))
		;
	MMIO8(COM1) = c;
}

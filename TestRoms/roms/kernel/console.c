/* Keys arrive by interrupt: 16550A, IRQ 4 of the i8259, IP2 of the processor. Output is polled (lib/print.c). */
#include "board.h"
#include "kernel.h"
#include "process.h"

#define UART_DATA	(COM1 + 0)
#define UART_ENABLE	(COM1 + 1)
#define UART_FIFO	(COM1 + 2)
#define UART_MODEM	(COM1 + 4)
#define UART_STATUS	(COM1 + 5)
#define RECEIVED	0x01

#define PIC1		PORT(0x20)
#define PIC2		PORT(0xa0)
#define UART_IRQ	4
#define END_OF		0x60		/* OCW2: specific end of interrupt */

const char console_input[1];

static char typed[256];
static u8 first, last;

static void pic_start(u32 pic, u8 base, u8 cascade, u8 mask)
{
	MMIO8(pic) = 0x11;		/* ICW1: edge triggered, cascaded, ICW4 follows */
	MMIO8(pic + 1) = base;		/* ICW2 */
	MMIO8(pic + 1) = cascade;	/* ICW3 */
	MMIO8(pic + 1) = 0x01;		/* ICW4: 8086 mode */
	MMIO8(pic + 1) = mask;
}

void console_start(void)
{
	pic_start(PIC1, 0, 1 << 2, ~(1 << UART_IRQ));
	pic_start(PIC2, 8, 2, 0xff);
	MMIO8(UART_FIFO) = 0x07;	/* on, both emptied, interrupt at one byte */
	MMIO8(UART_MODEM) = 0x0b;	/* DTR, RTS, and OUT2, which opens the way to the interrupt controller */
	MMIO8(UART_ENABLE) = RECEIVED;
}

void console_interrupt(void)
{
	u32 irq = LITTLE32(MMIO32(GT_INTERRUPT_ACKNOWLEDGE)) & 15;
	while (MMIO8(UART_STATUS) & RECEIVED)
		typed[last++] = MMIO8(UART_DATA);
	MMIO8(PIC1) = END_OF + (irq & 7);
	wake(console_input);
}

int console_read(void)
{
	return first == last ? -1 : typed[first++];
}

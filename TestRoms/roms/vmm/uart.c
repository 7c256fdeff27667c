/* 16550As: what is sent is printed at once, what is typed waits in a FIFO. */
#include "vmm.h"

enum { DATA, ENABLE, IDENTIFICATION, LINE_CONTROL, MODEM_CONTROL, LINE_STATUS, MODEM_STATUS, SCRATCH };
enum { RECEIVED = 1, SENT = 2 };	/* the same bits in ENABLE, and what is pending */

#define FIFO_BYTES	16
#define DIVISOR_LATCH	0x80
#define TRANSMITTER_EMPTY	0x60
#define CARRIER_AND_READY	0xb0
#define LOOPBACK	0x10

static struct uart {
	u8 registers[8], divisor[2], fifo[FIFO_BYTES], sent, has_fifo;
	u32 first, count;
} uarts[UARTS];

static u8 pending(const struct uart *uart)
{
	return uart->registers[ENABLE] & ((uart->count ? RECEIVED : 0) | uart->sent);
}

static u8 identify(struct uart *uart)
{
	u8 what = uart->has_fifo ? 0xc0 : 0, why = pending(uart);
	if (why & RECEIVED)
		return what | 4;
	if (!why)
		return what | 1;
	/* To say so takes it back. */
	uart->sent = 0;
	return what | 2;
}

static u8 next(struct uart *uart)
{
	if (!uart->count)
		return 0;
	u8 byte = uart->fifo[uart->first];
	uart->first = (uart->first + 1) % FIFO_BYTES;
	uart->count--;
	return byte;
}

u8 uart_read(u32 which, u32 port)
{
	struct uart *uart = &uarts[which];
	if (port <= ENABLE && uart->registers[LINE_CONTROL] & DIVISOR_LATCH)
		return uart->divisor[port];
	switch (port) {
	case DATA: return next(uart);
	case IDENTIFICATION: return identify(uart);
	case LINE_STATUS: return TRANSMITTER_EMPTY | (uart->count ? RECEIVED : 0);
	case MODEM_STATUS: return CARRIER_AND_READY;
	default: return uart->registers[port];
	}
}

static void enable(struct uart *uart, u8 interrupts)
{
	/* To ask for the interrupt of an empty transmitter raises it. */
	if (interrupts & ~uart->registers[ENABLE] & SENT)
		uart->sent = SENT;
	uart->registers[ENABLE] = interrupts & 0x0f;
}

void uart_write(u32 which, u32 port, u8 value)
{
	struct uart *uart = &uarts[which];
	if (port <= ENABLE && uart->registers[LINE_CONTROL] & DIVISOR_LATCH)
		uart->divisor[port] = value;
	else if (port == ENABLE)
		enable(uart, value);
	else if (port == DATA) {
		if (!(uart->registers[MODEM_CONTROL] & LOOPBACK))
			put_char((char)value);
		uart->sent = SENT;
	} else if (port == IDENTIFICATION) {
		uart->has_fifo = value & 1;
		if (value & 2)
			uart->count = 0;
	} else
		uart->registers[port] = value;
}

int uart_interrupts(u32 which)
{
	return pending(&uarts[which]) != 0;
}

u32 uart_that_listens(void)
{
	for (u32 i = 0; i < UARTS; i++)
		if (uarts[i].registers[ENABLE] & RECEIVED && uarts[i].count < (uarts[i].has_fifo ? FIFO_BYTES : 1))
			return i;
	return UARTS;
}

void uart_receive(u32 which, u8 byte)
{
	struct uart *uart = &uarts[which];
	uart->fifo[(uart->first + uart->count++) % FIFO_BYTES] = byte;
}

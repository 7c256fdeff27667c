/* The board: what of a Malta a kernel asks for while it starts, two serial ports, a clock, and the way to switch it off. What is not there reads as 0. */
#include "vmm.h"

/* The guest of guest.S has two words, one that prints and one that ends it; whatever else it reads is the answer. */
#define WORD_PRINT	0x1f000000
#define WORD_END	0x1f000004
#define WORD_ANSWER	0x1234

#define CONTROLLER	0x1be00000
#define PORTS		0x18000000
#define COM1_PORT	0x3f8
#define CLOCK_INDEX	0x70
#define CLOCK_DATA	0x71
#define POWER_BASE	0x1000
#define POWER_CONTROL	(POWER_BASE + 4)
#define POWER_OFF	0x2000

/* The GT-64120: where the boot loader has put the windows, and which interrupt it has acknowledged. */
static const struct { u32 offset, value; } controller[] = {
	{ 0x048, 0xc0 }, { 0x050, 0x40 }, { 0x058, 0x80 }, { 0x060, 0x3f }, { 0x0f8, 0x80 }, { 0xc34, 4 },
};

#define CONFIGURATION_ADDRESS	0xcf8
#define CONFIGURATION_DATA	0xcfc

/* PCI has the south bridge, for the sake of its power management. */
#define FUNCTION(device, function, reg)	(0x80000000 | (device) << 11 | (function) << 8 | (reg))
static const struct { u32 address, value; } configuration[] = {
	{ FUNCTION(10, 0, 0x00), 0x71108086 }, { FUNCTION(10, 0, 0x08), 0x06010000 }, { FUNCTION(10, 0, 0x0c), 0x00800000 },
	{ FUNCTION(10, 3, 0x00), 0x71138086 }, { FUNCTION(10, 3, 0x08), 0x06800000 }, { FUNCTION(10, 3, 0x40), POWER_BASE | 1 },
};

static u32 configuration_address;
static u8 clock_index;

static u32 configuration_read(void)
{
	for (u32 i = 0; i < sizeof configuration / sizeof *configuration; i++)
		if (configuration[i].address == configuration_address)
			return configuration[i].value;
	return configuration_address & 0xfc ? 0 : 0xffffffff;
}

static u32 controller_read(u32 offset)
{
	if (offset == CONFIGURATION_DATA)
		return configuration_read();
	for (u32 i = 0; i < sizeof controller / sizeof *controller; i++)
		if (controller[i].offset == offset)
			return controller[i].value;
	return 0;
}

/* An MC146818 that is right about the time of day, and about when it changes: a kernel measures its processor by that. */
static u8 clock_read(void)
{
	enum { SECONDS = 0, MINUTES = 2, HOURS = 4, DAY = 7, MONTH = 8, STATUS_A = 10, STATUS_B = 11 };
	const u32 update = 998000000, in_progress = 0x80, divider = 0x26, binary_24_hours = 6;
	u64 time[2];	/* seconds and nanoseconds */
	checked("clock_gettime64", call2(SYS_clock_gettime64, 0, time));
	u32 now[2] = { (u32)time[0], (u32)time[1] };
	switch (clock_index) {
	case SECONDS: return now[0] % 60;
	case MINUTES: return now[0] / 60 % 60;
	case HOURS: return now[0] / 3600 % 24;
	case DAY: case MONTH: return 1;
	case STATUS_A: return divider | (now[1] >= update ? in_progress : 0);
	case STATUS_B: return binary_24_hours;
	default: return 0;
	}
}

static u32 read(u32 physical)
{
	if (physical - (PORTS + COM1_PORT) < UART_PORTS)
		return uart_read(COM1, physical - (PORTS + COM1_PORT));
	if (physical - CBUS_UART < UART_PORTS << CBUS_SHIFT)
		return uart_read(CBUS, (physical - CBUS_UART) >> CBUS_SHIFT);
	if (physical == PORTS + CLOCK_DATA)
		return clock_read();
	if (physical - CONTROLLER < 0x1000)
		return controller_read(physical - CONTROLLER);
	return physical == WORD_END + 4 ? WORD_ANSWER : 0;
}

static int write(u32 physical, u32 value)
{
	if (physical - (PORTS + COM1_PORT) < UART_PORTS)
		uart_write(COM1, physical - (PORTS + COM1_PORT), value);
	else if (physical - CBUS_UART < UART_PORTS << CBUS_SHIFT)
		uart_write(CBUS, (physical - CBUS_UART) >> CBUS_SHIFT, value);
	else if (physical == PORTS + CLOCK_INDEX)
		clock_index = value & 0x7f;
	else if (physical == CONTROLLER + CONFIGURATION_ADDRESS)
		configuration_address = value;
	else if (physical == WORD_PRINT)
		put_char((char)value);
	else if (physical == WORD_END)
		print("the guest ended with %d\n", (int)value);
	return physical != WORD_END && physical != SOFT_RESET && !(physical == PORTS + POWER_CONTROL && value & POWER_OFF);
}

int malta_access(u32 physical, u8 *data, u32 length, int is_write)
{
	if (!is_write) {
		u32 value = read(physical & -length) >> 8 * (physical & (length - 1));
		if (length == 1)
			*data = value;
		else if (length == 2)
			*(unsigned short *)data = value;
		else
			*(u32 *)data = value;
		return 1;
	}
	return write(physical, length == 1 ? *data : length == 2 ? *(unsigned short *)data : *(u32 *)data);
}

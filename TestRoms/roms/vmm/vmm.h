/*
 * A virtual machine monitor for Linux's KVM on a processor with the virtualization module: memory, a processor, and what of a Malta a kernel cannot do
 * without.
 */
#pragma once
#include "kvm.h"
#include "linux.h"
#include "print.h"

size_t strlen(const char *s);
void *memcpy(void *to, const void *from, size_t length);

#define SYS_open	4005
#define SYS_lseek	4019
#define SYS_getpid	4020
#define SYS_ioctl	4054
#define SYS_fcntl	4055
#define SYS_poll	4188
#define SYS_rt_sigaction	4194
#define SYS_clock_gettime64	4403

#define RAM_BYTES	(32 << 20)
#define KSEG0		0x80000000u
#define TOLD		0x8000		/* where lies what a kernel is told */

/* Devices that generic kernels are told of, too. */
#define CBUS_UART	0x1f000900
#define CBUS_SHIFT	3		/* a register each eight bytes */
#define CBUS_LINE	4
#define UART_PORTS	8
#define SOFT_RESET	0x1f000500

/* What a program cannot do without: says what failed, and ends. */
long checked(const char *what, long result);
void fail(const char *what, const char *why);

/* machine.c */
struct machine {
	u8 *ram;
	u32 count_hz;
	struct registers registers;
};
void machine_create(struct machine *machine);
void machine_run(const struct machine *machine);

/* load.c: what the guest finds in its memory and its registers. */
struct ramdisk { u32 at, bytes; };
void load_own(struct machine *machine);
void load_elf(struct machine *machine, const char *path);
struct ramdisk load_ramdisk(struct machine *machine, const char *path);
void tell(struct machine *machine, u32 argument, u32 value);

/* A kernel, and an initial ramdisk unless it is 0, into memory: arguments.c for those for a Malta, generic.c for those that take a device tree. */
typedef void load_kernel(struct machine *machine, const char *path, const char *initramfs, int argc, char **argv);
load_kernel load_malta, load_generic;

/* tree.c: a device tree. */
void tree_open(u8 *where);
void tree_begin(const char *name);
void tree_end(void);
void tree_flag(const char *name);
void tree_text(const char *name, const char *value);
void tree_put_cells(const char *name, u32 count, const u32 *cells);
#define tree_cells(name, ...)	tree_put_cells(name, sizeof (u32[]) { __VA_ARGS__ } / sizeof(u32), (const u32[]) { __VA_ARGS__ })
void tree_close(void);

/* malta.c: an access to where no memory is. False when the guest has ended. */
int malta_access(u32 physical, u8 *data, u32 length, int is_write);

/* uart.c: the serial ports, and the processor's interrupt lines that they drive. */
enum { COM1, CBUS, UARTS };
u8 uart_read(u32 uart, u32 port);
void uart_write(u32 uart, u32 port, u8 value);
int uart_interrupts(u32 uart);

/* Where typed bytes go: a port that has asked for them and has room; UARTS if there is none. */
u32 uart_that_listens(void);
void uart_receive(u32 uart, u8 byte);

/* terminal.c: the standard input, whose bytes stop the processor by a signal. */
void terminal_open(volatile u8 *stop);
void terminal_pass(void);
void terminal_close(void);

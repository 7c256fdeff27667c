/*
 * Runs instructions on given registers and writes what became of them: see record.sh for both streams' layouts.
 * Freestanding, so that no MIPS C library is needed, and of either byte order.
 *
 * The code page is full of BREAK, of MIPS16e for cases of that, and the instructions of a case stand in its middle. Whatever they do ends in a signal:
 * theirs, or that of the BREAK they arrive at. The signal's context is the answer, and also the way to load all
 * registers for the next case: this program lives in its signal handler.
 */
typedef unsigned char u8;
typedef unsigned short u16 __attribute__((may_alias));
typedef unsigned int u32;
typedef unsigned long long u64;

enum { WIDE_FLOAT = 0, HI = 32, LO = 33, FCSR = 34, FLOAT = 36, MEMORY = 100, STATE = 108 };
enum { SIGILL = 4, SIGTRAP = 5, SIGFPE = 8, SIGBUS = 10, SIGSEGV = 11 };
enum { SYS_exit = 4001, SYS_read = 4003, SYS_write = 4004, SYS_prctl = 4192, SYS_rt_sigaction = 4194, SYS_sigaltstack = 4206 };
enum { BREAK = 0x0000000d, MIPS16 = 0x80, MIDDLE = 512, PAGE = 1024, MEMORY_WORDS = STATE - MEMORY };

/* Placed at 0x20000000 and 0x30000000 by record.sh. */
__asm__(".section .testcode, \"awx\", @progbits\n\t.globl code\ncode:\t.fill 1024, 4, 0x0000000d\n\t"
	".section .testdata, \"aw\", @progbits\n\t.globl data\ndata:\t.fill 1024, 4, 0\n\t.previous");
extern u32 code[1024], data[1024];

/* What the kernel (here: QEMU) passes to a handler: o32's struct ucontext. */
struct context {
	u32 flags, link, stack[3], padding;
	u32 regmask, status;
	u64 pc, gpr[32], fpr[32];
	u32 acx, fpc_csr, fpc_eir, used_math, dsp, padding2;
	u64 hi, lo;
};

struct action {
	u32 flags;
	void (*handler)(int, const void *, struct context *);
	u32 mask[4];
};

static long call(long number, long a, long b, long c, long d)
{
	register long v0 __asm__("$2") = number;
	register long a0 __asm__("$4") = a;
	register long a1 __asm__("$5") = b;
	register long a2 __asm__("$6") = c;
	register long a3 __asm__("$7") = d;

	__asm__ volatile("syscall"
			 : "+r"(v0), "+r"(a3)
			 : "r"(a0), "r"(a1), "r"(a2)
			 : "$1", "$3", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25", "hi", "lo", "memory");
	return a3 ? -1 : v0;
}

/* Streams. */

static u8 output[65536];
static u32 written;

static void flush(void)
{
	for (u32 done = 0; done < written;)
		done += call(SYS_write, 1, (long)(output + done), written - done, 0);
	written = 0;
}

static void put(u32 value, int bytes)
{
	while (bytes-- > 0) {
		if (written == sizeof output)
			flush();
		output[written++] = (u8)value;
		value >>= 8;
	}
}

static u8 input[65536];
static u32 position, available;

static void finish(int status)
{
	flush();
	call(SYS_exit, status, 0, 0, 0);
	__builtin_unreachable();
}

static u32 get(void)
{
	if (position == available) {
		position = available = 0;
		do {
			long count = call(SYS_read, 0, (long)(input + available), sizeof input - available, 0);

			if (count <= 0)
				finish(available ? 1 : 0);
			available += count;
		} while (available % 4);
	}
	const u8 *at = input + position;

	position += 4;
	return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24;
}

/* Cases. */

static u32 baseline[STATE], before[STATE], after[STATE];
static u32 running, wide_float = ~0u, patched;

static u32 exchange_fcsr(u32 value)
{
	u32 old;

	__asm__ volatile(".set push\n\t.set hardfloat\n\tcfc1 %0, $31\n\tctc1 %1, $31\n\t.set pop" : "=&r"(old) : "r"(value));
	return old;
}

static void answer(int signal, const struct context *context, u32 fcsr)
{
	u32 changes = 0;

	for (u32 i = 1; i < 32; i++)
		after[i] = context->gpr[i];
	after[WIDE_FLOAT] = wide_float;
	after[HI] = context->hi;
	after[LO] = context->lo;
	after[FCSR] = fcsr;
	for (u32 i = 0; i < 32; i++) {
		after[FLOAT + 2 * i] = context->fpr[i];
		after[FLOAT + 2 * i + 1] = context->fpr[i] >> 32;
	}
	for (u32 i = 0; i < MEMORY_WORDS; i++)
		after[MEMORY + i] = data[MIDDLE + i];
	for (u32 i = 0; i < STATE; i++)
		changes += after[i] != before[i];
	put(signal, 1);
	put((u32)context->pc - (u32)code, 4);
	put(changes, 1);
	for (u32 i = 0; i < STATE; i++)
		if (after[i] != before[i]) {
			put(i, 1);
			put(after[i], 4);
		}
}

static void next(struct context *context)
{
	static u32 filler = BREAK;
	u32 head = get();
	u32 count = head & 0x7f;
	u32 breaks = head & MIPS16 ? 0xe805e805 : BREAK;

	if (breaks != filler)
		for (u32 i = 0; i < PAGE; i++)
			code[i] = breaks;
	filler = breaks;
	if (count) {
		for (u32 i = 0; i < patched; i++)
			code[MIDDLE + i] = filler;
		for (u32 i = 0; i < count; i++)
			if (head & MIPS16)
				((u16 *)(code + MIDDLE))[i] = get();
			else
				code[MIDDLE + i] = get();
		patched = count;
	}
	for (u32 i = 0; i < STATE; i++)
		before[i] = baseline[i];
	for (u32 changes = head >> 8; changes; changes--) {
		u32 index = get();

		before[index] = get();
	}
	if (before[WIDE_FLOAT] != wide_float) {
		wide_float = before[WIDE_FLOAT];
		if (call(SYS_prctl, 45 /* PR_SET_FP_MODE */, wide_float, 0, 0) < 0)
			finish(2);
	}
	for (u32 i = 1; i < 32; i++)
		context->gpr[i] = before[i];
	context->hi = before[HI];
	context->lo = before[LO];
	for (u32 i = 0; i < 32; i++)
		context->fpr[i] = (u64)before[FLOAT + 2 * i + 1] << 32 | before[FLOAT + 2 * i];
	for (u32 i = 0; i < MEMORY_WORDS; i++)
		data[MIDDLE + i] = before[MEMORY + i];
	context->pc = (u32)(code + MIDDLE) | (head & MIPS16 ? 1 : 0);
}

static void handle(int signal, const void *info, struct context *context)
{
	u32 fcsr = exchange_fcsr(0);

	(void)info;
	if (running)
		answer(signal, context, fcsr);
	running = 1;
	next(context);
	exchange_fcsr(before[FCSR]);
}

void __start(void)
{
	static u8 stack[65536] __attribute__((aligned(16)));
	static const u32 alternative[3] = { (u32)stack, sizeof stack, 0 };
	static const struct action action = { 0x48000008 /* SA_NODEFER | SA_ONSTACK | SA_SIGINFO */, handle, { 0 } };
	static const u8 signals[] = { SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV };

	call(SYS_sigaltstack, (long)alternative, 0, 0, 0);
	for (u32 i = 0; i < sizeof signals; i++)
		call(SYS_rt_sigaction, signals[i], (long)&action, 0, 16);
	for (u32 i = 0; i < STATE; i++)
		baseline[i] = get();
	__asm__ volatile("break");
	__builtin_unreachable();
}

/* What the monitor is asked for: which guest, and whether to show what KVM has counted of its exits. */
#include "vmm.h"

static const char usage[] =
	"vmm [--counters] [KERNEL [--initramfs FILE] [ARGUMENT...]]\n"
	"  runs an ELF kernel for a Malta; without, a small guest of its own\n"
	"vmm [--counters] linux [COMMAND]\n"
	"vmm [--counters] generic [COMMAND]\n"
	"  runs a Linux in /boot, for a Malta or for any board, and in it COMMAND in place of a shell\n"
	"  --counters   at the end, what KVM has counted (debugfs on /sys/kernel/debug)\n";

void put_char(char c)
{
	call3(SYS_write, 1, &c, 1);
}

void fail(const char *what, const char *why)
{
	terminal_close();
	print("vmm: %s: %s\n", what, why);
	call1(SYS_exit, 1);
}

long checked(const char *what, long result)
{
	if (result < 0) {
		terminal_close();
		print("vmm: %s: error %d\n", what, (int)-result);
		call1(SYS_exit, 1);
	}
	return result;
}

static int is(const char *word, const char *expected)
{
	while (*word && *word == *expected)
		word++, expected++;
	return *word == *expected;
}

static void show_counters(void)
{
#define COUNTER(name)	{ #name, "/sys/kernel/debug/kvm/" #name "_exits" }
	static const struct { const char *name, *path; } counters[] = {
		COUNTER(vz_gpsi), COUNTER(vz_gsfc), COUNTER(vz_hc), COUNTER(vz_grr), COUNTER(vz_gva), COUNTER(vz_ghfc), COUNTER(vz_gpa),
		COUNTER(tlbmod), COUNTER(tlbmiss_ld), COUNTER(tlbmiss_st), COUNTER(cop_unusable), COUNTER(int),
	};
	for (u32 i = 0; i < sizeof counters / sizeof *counters; i++) {
		char text[16] = "";
		long file = checked(counters[i].path, call3(SYS_open, counters[i].path, 0, 0));
		checked("read", call3(SYS_read, file, text, sizeof text - 1));
		call1(SYS_close, file);
		print("%s %s", counters[i].name, text);
	}
}

/* Linux by its names. The console is the port whose interrupt is the processor's. */
static const struct kind { const char *name, *kernel; char *console; load_kernel *load; } kinds[] = {
	{ "linux", "/boot/vmlinux", "console=ttyS2", load_malta },
	{ "generic", "/boot/vmlinux-generic", "console=ttyS0", load_generic },
};

static const struct kind *find_kind(const char *name)
{
	for (u32 i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (is(name, kinds[i].name))
			return &kinds[i];
	return 0;
}

/* Its init is given what is behind two dashes, a word in quotes as one. */
static void load_linux(struct machine *machine, const struct kind *kind, int argc, char **argv)
{
	static char command[1024] = "\"";
	char *arguments[] = { kind->console, "--", command }, *at = command + 1;
	for (int i = 0; i < argc; i++) {
		for (const char *from = argv[i]; *from; *at++ = *from++)
			if (at > command + sizeof command - 3)
				fail(argv[i], "the command is too long");
		*at++ = i == argc - 1 ? '"' : ' ';
	}
	kind->load(machine, kind->kernel, "/boot/initramfs", argc ? 3 : 1, arguments);
}

int main(int argc, char **argv)
{
	static struct machine machine;
	const struct kind *kind;
	int counters = 0;
	argc--, argv++;
	if (argc > 0 && is(*argv, "--counters"))
		counters = 1, argc--, argv++;
	if (argc > 0 && **argv == '-') {
		print("%s", usage);
		return 1;
	}
	machine_create(&machine);
	if (argc == 0)
		load_own(&machine);
	else if ((kind = find_kind(argv[0])))
		load_linux(&machine, kind, argc - 1, argv + 1);
	else if (argc > 2 && is(argv[1], "--initramfs"))
		load_malta(&machine, argv[0], argv[2], argc - 3, argv + 3);
	else
		load_malta(&machine, argv[0], 0, argc - 1, argv + 1);
	machine_run(&machine);
	if (counters)
		show_counters();
	return 0;
}

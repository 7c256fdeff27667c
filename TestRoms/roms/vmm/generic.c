/* A kernel of the generic platform, which knows no board: what there is of this one it reads in a device tree (UHI boot protocol). */
#include "vmm.h"

enum { CLOCK = 1, INTERRUPTS, CONTROL };	/* what other nodes call these by */

static void describe_processor(const struct machine *machine)
{
	tree_begin("cpus");
	tree_cells("#address-cells", 1);
	tree_cells("#size-cells", 0);
	tree_begin("cpu@0");
	tree_text("device_type", "cpu");
	tree_cells("reg", 0);
	tree_cells("clocks", CLOCK);
	tree_end();
	tree_end();

	/* Count counts every other cycle. */
	tree_begin("clock");
	tree_text("compatible", "fixed-clock");
	tree_cells("#clock-cells", 0);
	tree_cells("clock-frequency", 2 * machine->count_hz);
	tree_cells("phandle", CLOCK);
	tree_end();

	tree_begin("interrupt-controller");
	tree_text("compatible", "mti,cpu-interrupt-controller");
	tree_flag("interrupt-controller");
	tree_cells("#interrupt-cells", 1);
	tree_cells("phandle", INTERRUPTS);
	tree_end();
}

/* A write of 1 to the control register, of which the driver is this one. */
static void describe_end(const char *name, const char *driver)
{
	tree_begin(name);
	tree_text("compatible", driver);
	tree_cells("regmap", CONTROL);
	tree_cells("offset", 0);
	tree_cells("value", 1);
	tree_end();
}

static void describe_devices(void)
{
	tree_begin("serial");
	tree_text("compatible", "ns16550a");
	tree_cells("reg", CBUS_UART, UART_PORTS << CBUS_SHIFT);
	tree_cells("reg-shift", CBUS_SHIFT);
	tree_cells("clock-frequency", 1843200);
	tree_cells("interrupt-parent", INTERRUPTS);
	tree_cells("interrupts", CBUS_LINE);
	tree_end();

	tree_begin("control");
	tree_text("compatible", "syscon");
	tree_cells("reg", SOFT_RESET, 4);
	tree_cells("phandle", CONTROL);
	tree_end();
	describe_end("poweroff", "syscon-poweroff");
	describe_end("reboot", "syscon-reboot");
}

static const char *join(int argc, char **argv)
{
	static char line[2048];
	char *at = line;
	for (int i = 0; i < argc; i++) {
		if (strlen(argv[i]) + 2 > (u32)(line + sizeof line - at))
			fail(argv[i], "the arguments are too long");
		for (const char *from = argv[i]; *from; )
			*at++ = *from++;
		*at++ = i == argc - 1 ? 0 : ' ';
	}
	return line;
}

void load_generic(struct machine *machine, const char *path, const char *initramfs, int argc, char **argv)
{
	struct ramdisk ramdisk = load_ramdisk(machine, initramfs);
	load_elf(machine, path);
	tree_open(machine->ram + TOLD);
	tree_begin("");
	tree_text("model", "vmm");
	tree_cells("#address-cells", 1);
	tree_cells("#size-cells", 1);
	tree_begin("chosen");
	tree_text("bootargs", join(argc, argv));
	tree_cells("linux,initrd-start", ramdisk.at);
	tree_cells("linux,initrd-end", ramdisk.at + ramdisk.bytes);
	tree_end();
	tree_begin("memory");
	tree_text("device_type", "memory");
	tree_cells("reg", 0, RAM_BYTES);
	tree_end();
	describe_processor(machine);
	describe_devices();
	tree_end();
	tree_close();
	tell(machine, 0, -2);
	tell(machine, 1, KSEG0 + TOLD);
}

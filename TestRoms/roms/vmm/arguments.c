/* A kernel for a Malta is told in words what its boot loader knows; the device tree it has in itself. */
#include "vmm.h"

#define MOST_ARGUMENTS	64

struct told { struct machine *machine; u32 pointers, text; };

/* An argument of several words, the last one 0. */
static void say(struct told *told, const char *const *words)
{
	((u32 *)(told->machine->ram + TOLD))[told->pointers++] = KSEG0 + told->text;
	for (; *words; words++) {
		memcpy(told->machine->ram + told->text, *words, strlen(*words));
		told->text += strlen(*words);
	}
	told->machine->ram[told->text++] = 0;
}

static const char *hexadecimal(char *text, u32 value)
{
	text[0] = '0', text[1] = 'x';
	for (u32 i = 0; i < 8; i++)
		text[2 + i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
	text[10] = 0;
	return text;
}

static void say_ramdisk(struct told *told, struct ramdisk ramdisk)
{
	char text[11];
	say(told, (const char *[]) { "rd_start=", hexadecimal(text, KSEG0 + ramdisk.at), 0 });
	say(told, (const char *[]) { "rd_size=", hexadecimal(text, ramdisk.bytes), 0 });
}

/* The number of arguments, where they are, an environment that is empty, the bytes of memory. */
void load_malta(struct machine *machine, const char *path, const char *initramfs, int argc, char **argv)
{
	struct told told = { machine, 0, TOLD + MOST_ARGUMENTS * 4 };
	struct ramdisk ramdisk = load_ramdisk(machine, initramfs);
	load_elf(machine, path);
	say(&told, (const char *[]) { path, 0 });
	if (ramdisk.bytes)
		say_ramdisk(&told, ramdisk);
	for (int i = 0; i < argc && i < MOST_ARGUMENTS - 4; i++)
		say(&told, (const char *[]) { argv[i], 0 });
	tell(machine, 0, told.pointers);
	tell(machine, 1, KSEG0 + TOLD);
	tell(machine, 2, KSEG0 + TOLD + told.pointers * 4);
	tell(machine, 3, RAM_BYTES);
}

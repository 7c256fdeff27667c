/* What a guest finds in its memory and its registers. */
#include "vmm.h"

#define A0	4
#define OWN_ENTRY	0x1000
#define TOLD		0x8000		/* where lies what a kernel is told */
#define PAGE		0x4000u
#define MOST_ARGUMENTS	64

extern const u8 guest_begin[], guest_end[];

struct file { const u8 *data; u32 bytes; };
struct elf { u8 identity[16]; unsigned short type, machine; u32 version, entry, segments, sections, flags; unsigned short size, segment_size, segment_count; };
struct segment { u32 type, offset, address, physical, file_bytes, bytes, flags, alignment; };

static void copy(u8 *to, const u8 *from, u32 bytes)
{
	while (bytes--)
		*to++ = *from++;
}

static struct file file_open(const char *path)
{
	const int read = 1, private = 2, from_end = 2;
	long file = checked(path, call3(SYS_open, path, 0, 0));
	struct file whole = { .bytes = checked(path, call3(SYS_lseek, file, 0, from_end)) };
	whole.data = (const u8 *)checked(path, call6(SYS_mmap2, 0, whole.bytes, read, private, file, 0));
	call1(SYS_close, file);
	return whole;
}

static void enter(struct machine *machine, u32 pc)
{
	machine->registers.pc = (u64)(long long)(int)pc;
}

static void tell(struct machine *machine, u32 argument, u32 value)
{
	machine->registers.gpr[A0 + argument] = (u64)(long long)(int)value;
}

static void load_elf(struct machine *machine, const char *path)
{
	struct file file = file_open(path);
	const struct elf *elf = (const struct elf *)file.data;
	if (file.bytes < sizeof *elf || elf->identity[0] != 0x7f || elf->identity[1] != 'E')
		fail(path, "no ELF file");
	const struct segment *segment = (const struct segment *)(file.data + elf->segments);
	for (u32 i = 0; i < elf->segment_count; i++, segment++) {
		u32 at = segment->physical & ~0xe0000000;
		if (segment->type != 1)
			continue;
		if (at > RAM_BYTES || segment->bytes > RAM_BYTES - at)
			fail(path, "does not lie in memory");
		copy(machine->ram + at, file.data + segment->offset, segment->file_bytes);
	}
	enter(machine, elf->entry);
}

struct told { struct machine *machine; u32 pointers, text; };

/* An argument of several words, the last one 0. */
static void say(struct told *told, const char *const *words)
{
	((u32 *)(told->machine->ram + TOLD))[told->pointers++] = KSEG0 + told->text;
	for (; *words; words++) {
		copy(told->machine->ram + told->text, (const u8 *)*words, strlen(*words));
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

static void load_ramdisk(struct told *told, const char *path)
{
	char text[11];
	struct file file = file_open(path);
	u32 at = (RAM_BYTES - file.bytes) & -PAGE;
	if (file.bytes > RAM_BYTES / 2)
		fail(path, "does not fit into memory");
	copy(told->machine->ram + at, file.data, file.bytes);
	say(told, (const char *[]) { "rd_start=", hexadecimal(text, KSEG0 + at), 0 });
	say(told, (const char *[]) { "rd_size=", hexadecimal(text, file.bytes), 0 });
}

/* As the boot loader of a Malta: the number of arguments, where they are, an environment that is empty, the bytes of memory. */
void load_kernel(struct machine *machine, const char *path, const char *initramfs, int argc, char **argv)
{
	struct told told = { machine, 0, TOLD + MOST_ARGUMENTS * 4 };
	load_elf(machine, path);
	say(&told, (const char *[]) { path, 0 });
	if (initramfs)
		load_ramdisk(&told, initramfs);
	for (int i = 0; i < argc && i < MOST_ARGUMENTS - 4; i++)
		say(&told, (const char *[]) { argv[i], 0 });
	tell(machine, 0, told.pointers);
	tell(machine, 1, KSEG0 + TOLD);
	tell(machine, 2, KSEG0 + TOLD + told.pointers * 4);
	tell(machine, 3, RAM_BYTES);
}

void load_own(struct machine *machine)
{
	copy(machine->ram + OWN_ENTRY, guest_begin, guest_end - guest_begin);
	enter(machine, KSEG0 + OWN_ENTRY);
}

/* What a guest finds in its memory and its registers. */
#include "vmm.h"

#define A0	4
#define OWN_ENTRY	0x1000
#define PAGE		0x4000u

extern const u8 guest_begin[], guest_end[];

struct file { const u8 *data; u32 bytes; };
struct elf { u8 identity[16]; unsigned short type, machine; u32 version, entry, segments, sections, flags; unsigned short size, segment_size, segment_count; };
struct segment { u32 type, offset, address, physical, file_bytes, bytes, flags, alignment; };

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

void tell(struct machine *machine, u32 argument, u32 value)
{
	machine->registers.gpr[A0 + argument] = (u64)(long long)(int)value;
}

void load_elf(struct machine *machine, const char *path)
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
		memcpy(machine->ram + at, file.data + segment->offset, segment->file_bytes);
	}
	enter(machine, elf->entry);
}

struct ramdisk load_ramdisk(struct machine *machine, const char *path)
{
	if (!path)
		return (struct ramdisk) { 0, 0 };
	struct file file = file_open(path);
	struct ramdisk ramdisk = { (RAM_BYTES - file.bytes) & -PAGE, file.bytes };
	if (file.bytes > RAM_BYTES / 2)
		fail(path, "does not fit into memory");
	memcpy(machine->ram + ramdisk.at, file.data, file.bytes);
	return ramdisk;
}

void load_own(struct machine *machine)
{
	memcpy(machine->ram + OWN_ENTRY, guest_begin, guest_end - guest_begin);
	enter(machine, KSEG0 + OWN_ENTRY);
}

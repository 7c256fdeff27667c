/* The machine as KVM has it: memory, a processor, and the loop that runs it. */
#include "vmm.h"

#define EINTR	4

static long processor;
static volatile struct run *run;

static void *map(u32 bytes, long file)
{
	const u32 read_write = 3, shared = 1, anonymous = 0x800;
	return (void *)checked("mmap", call6(SYS_mmap2, 0, bytes, read_write, file < 0 ? shared | anonymous : shared, file, 0));
}

static void one_register(u32 request, u64 id, void *value)
{
	struct one_register which = { id, (u32)value };
	checked("a register of the processor", call3(SYS_ioctl, processor, request, &which));
}

/* KVM has to allow it, and Config1 to say so. */
static void give_floating_point(void)
{
	struct capability fpu = { .number = KVM_CAP_MIPS_FPU };
	u32 config1;
	checked("KVM_ENABLE_CAP", call3(SYS_ioctl, processor, KVM_ENABLE_CAP, &fpu));
	one_register(KVM_GET_ONE_REG, KVM_REG_MIPS_CONFIG1, &config1);
	config1 |= 1;
	one_register(KVM_SET_ONE_REG, KVM_REG_MIPS_CONFIG1, &config1);
}

void machine_create(struct machine *machine)
{
	long kvm = checked("/dev/kvm", call3(SYS_open, "/dev/kvm", 2, 0));
	if (call3(SYS_ioctl, kvm, KVM_CHECK_EXTENSION, KVM_CAP_MIPS_VZ) <= 0)
		fail("/dev/kvm", "the processor has no virtualization module");
	long vm = checked("KVM_CREATE_VM", call3(SYS_ioctl, kvm, KVM_CREATE_VM, KVM_VM_MIPS_VZ));
	machine->ram = map(RAM_BYTES, -1);
	struct memory_region region = { .size = RAM_BYTES, .user_address = (u32)machine->ram };
	checked("KVM_SET_USER_MEMORY_REGION", call3(SYS_ioctl, vm, KVM_SET_USER_MEMORY_REGION, &region));
	processor = checked("KVM_CREATE_VCPU", call3(SYS_ioctl, vm, KVM_CREATE_VCPU, 0));
	run = map(checked("KVM_GET_VCPU_MMAP_SIZE", call3(SYS_ioctl, kvm, KVM_GET_VCPU_MMAP_SIZE, 0)), processor);
	give_floating_point();
	u64 count_hz;
	one_register(KVM_GET_ONE_REG, KVM_REG_MIPS_COUNT_HZ, &count_hz);
	machine->count_hz = count_hz;
}

static void drive_lines(void)
{
	/* COM1's goes through an interrupt controller that has nothing else. */
	static const int lines[UARTS] = { [COM1] = 2, [CBUS] = CBUS_LINE };
	static int driven[UARTS];
	for (u32 i = 0; i < UARTS; i++) {
		int level = uart_interrupts(i);
		if (level == driven[i])
			continue;
		driven[i] = level;
		struct interrupt interrupt = { .cpu = -1u, .line = level ? lines[i] : -lines[i] };
		checked("KVM_INTERRUPT", call3(SYS_ioctl, processor, KVM_INTERRUPT, &interrupt));
	}
}

void machine_run(const struct machine *machine)
{
	checked("KVM_SET_REGS", call3(SYS_ioctl, processor, KVM_SET_REGS, &machine->registers));
	terminal_open(&run->immediate_exit);
	for (;;) {
		long result = call3(SYS_ioctl, processor, KVM_RUN, 0);
		if (result != -EINTR)
			checked("KVM_RUN", result);
		/* First the signal is forgotten, and then looked at what it came for. */
		run->immediate_exit = 0;
		if (result == 0 && run->exit_reason == KVM_EXIT_MMIO) {
			if (!malta_access((u32)run->physical, (u8 *)run->data, run->length, run->is_write))
				break;
		} else if (result == 0 && run->exit_reason != KVM_EXIT_INTR && run->exit_reason != KVM_EXIT_IRQ_WINDOW_OPEN)
			checked("the guest's exit", -(long)run->exit_reason);
		terminal_pass();
		drive_lines();
	}
	terminal_close();
}

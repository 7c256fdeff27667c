using System.Diagnostics;
using Dbt.Hypervisor;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Memory;
using Dbt.TestRoms.Loading;
using Dbt.TestRoms.Machines;
using Dbt.Tool.Running;
using Xunit;
using static Dbt.TestRoms.Machines.GuestCode;

namespace Dbt.TestRoms.CommandLine;

/// <summary>A guest that gets nowhere before it has said a word: what it does is said for it.</summary>
public sealed class ProgressWatchTests : IDisposable
{
    private const uint Start = 0x8010_0000, Refill = 0x8000_0000, General = 0x8000_0180;
    private const long Limit = 100_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbt-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<Engine> Engines => [.. Enum.GetValues<Engine>()];

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_jump_into_nothing_without_handlers(Engine engine) => Assert.Equal(
        "takes TLB refill at 0x80000180 over and over; first from 0x00000000, BadVAddr 0x00000000",
        Said(engine, [.. Set(Cop0Register.Status, 0), JumpTo(Zero), Nop], (Refill, [Lw(T0, 0, Zero)]), (General, [Lw(T0, 0, Zero)])));

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_bad_access_where_a_handler_is_no_better(Engine engine) => Assert.Equal(
        "takes reserved instruction at 0x80000180 over and over; first TLB refill from start_kernel+0x18 (0x80100018), BadVAddr 0x00001238",
        Said(engine, [.. Set(Cop0Register.Status, 0), .. Li(T0, 0x1234), Nop, Lw(T1, 4, T0)], (General, [0x7000_0033])));

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_handler_that_goes_back_to_what_it_has_not_mended(Engine engine) => Assert.Equal(
        "takes address error at start_kernel+0x14 (0x80100014) over and over: its handler goes back there, BadVAddr 0x00001235",
        Said(engine, [.. Set(Cop0Register.Status, 0), .. Li(T0, 0x1235), Lw(T1, 0, T0)], (General, [Addiu(K0, K0, 1), Eret])));

    // The vectors are the boot monitor's still, which has nothing there.
    [Theory]
    [MemberData(nameof(Engines))]
    public void An_exception_before_there_are_vectors(Engine engine) => Assert.Equal(
        "takes reserved instruction at 0xbfc00500 (the boot monitor) over and over; first breakpoint from start_kernel+0x0 (0x80100000)",
        Said(engine, [Break]));

    // The interrupt controllers raise one at power-on.
    [Theory]
    [MemberData(nameof(Engines))]
    public void An_interrupt_before_there_are_vectors(Engine engine) => Assert.Equal(
        "takes reserved instruction at 0x80000180 over and over; first interrupt from start_kernel+0xc (0x8010000c)",
        Said(engine, [.. Set(Cop0Register.Status, 0x0401), .. Stay], (General, [0x7000_0033])));

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_loop_with_interrupts_disabled(Engine engine) => Assert.Equal(
        "goes round at start_kernel+0x8 (0x80100008), with interrupts disabled", Said(engine, [Nop, Nop, .. Stay]));

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_loop_with_interrupts_enabled_of_which_none_comes(Engine engine) => Assert.Equal(
        "goes round at start_kernel+0xc (0x8010000c), and no interrupt comes (IP3, IP7 enabled)",
        Said(engine, [.. Set(Cop0Register.Status, 0x8801), .. Stay]));

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_kernel_that_returns(Engine engine)
    {
        string? said = Said(engine, [JumpTo(31), Nop]);

        Assert.StartsWith("goes round at 0xbfc0", said, StringComparison.Ordinal);
        Assert.EndsWith(" (the boot monitor), with interrupts disabled", said, StringComparison.Ordinal);
    }

    // The console of another board: what is read there is never ready.
    [Theory]
    [MemberData(nameof(Engines))]
    public void A_device_that_is_not_there(Engine engine)
    {
        string? said = Said(engine, [.. Li(T0, 0xbd00_0000), Lw(T1, 4, T0), 0x1120_fffe, Nop]);

        Assert.Contains(", reading physical 0x1d000004, where nothing answers, with interrupts disabled", said, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Nothing_is_said_of_one_that_computes_or_handles_exceptions_or_has_spoken(Engine engine)
    {
        uint[] enabled = Set(Cop0Register.Status, 0);
        Assert.Null(Said(engine, [Addiu(T0, T0, 1), Branch(-2), Nop]));
        // A system call in a loop that counts.
        Assert.Null(Said(engine, [.. enabled, Addiu(T0, T0, 1), 0x0000_000c, Branch(-3), Nop],
            (General, [Mfc0(K0, Cop0Register.Epc), Addiu(K0, K0, 4), Mtc0(K0, Cop0Register.Epc), Eret])));
        // A breakpoint that comes back four times, and then no more.
        Assert.Null(Said(engine, [.. enabled, Break, Addiu(T0, T0, 1), Branch(-2), Nop],
            (General, [Addiu(K0, K0, 1), 0x2f5b_0005, BranchNotZero(K1, 4), Nop, Mfc0(K1, Cop0Register.Epc), Addiu(K1, K1, 4), Mtc0(K1, Cop0Register.Epc), Eret])));
        Assert.Null(Said(engine, [.. Li(T0, 0xb800_03f8), Sw(T0, 0, T0), .. Stay]));
    }

    // Two days of its time, in which every alarm would have come: a person is not kept waiting for it.
    [Theory]
    [Trait("Speed", "slow")]
    [MemberData(nameof(Engines))]
    public void A_wait_for_an_interrupt_that_nothing_raises_ends_the_run(Engine engine)
    {
        using VirtualMachine machine = Machine(engine, [.. Set(Cop0Register.Status, 0x0801), Wait, .. Stay]);

        Assert.Equal(StopReason.Halted, machine.RunTo(Limit, CancellationToken.None));
        Assert.InRange(machine.Now, 48 * 3600 * 1_000_000_000L, 49 * 3600 * 1_000_000_000L);
    }

    [Fact]
    public void At_its_limit_a_run_says_it()
    {
        (int status, _, string errors) = DbtProcess.Run("run", Kernel([.. Stay]), "--insns", "20000000");

        Assert.Equal(0, status);
        Assert.Contains("dbt: the guest goes round at start_kernel+0x0 (0x80100000), with interrupts disabled\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_second_it_is_said_once_and_the_guest_goes_on()
    {
        using Process run = DbtProcess.Start("run", Kernel([.. Stay]));

        string? line = run.StandardError.ReadLine();
        Process.Start("kill", ["-TERM", $"{run.Id}"]).WaitForExit();
        string rest = run.StandardError.ReadToEnd();
        run.WaitForExit();

        Assert.Equal("dbt: the guest goes round at start_kernel+0x0 (0x80100000), with interrupts disabled", line);
        Assert.DoesNotContain("goes round", rest, StringComparison.Ordinal);
        Assert.Equal(143, run.ExitCode);
    }

    private static string? Said(Engine engine, uint[] code, params (uint Address, uint[] Code)[] more)
    {
        using VirtualMachine machine = Machine(engine, code);
        foreach ((uint address, uint[] words) in more)
            SmallGuest.Put(machine, address, words);
        string? said = null;
        using (ProgressWatch watch = new(machine, words => said = words))
        {
            // As often as a run of a second is looked at.
            for (long limit = Limit / 100; limit <= Limit; limit += Limit / 100)
                Assert.Equal(StopReason.InstructionLimit, machine.RunTo(limit, CancellationToken.None));
            watch.SayNow();
        }
        return said;
    }

    private static VirtualMachine Machine(Engine engine, uint[] code) => new(new MachineConfiguration
    {
        Kernel = Image(code),
        KernelName = "small",
        MemoryBytes = 16 << 20,
        TranslateInBackground = false,
        Engine = engine,
        JitThreshold = 20,
    });

    private static byte[] Image(uint[] code)
    {
        byte[] file = ElfFile.Build(symbols: true);
        Span<byte> segment = file.AsSpan(ElfFile.SegmentOffset, ElfFile.SegmentBytes);
        segment.Clear();
        for (int i = 0; i < code.Length; i++)
            ByteOrder.Little.WriteWord(segment[(4 * i)..], code[i]);
        return file;
    }

    private string Kernel(uint[] code)
    {
        string path = Path.Combine(_folder, "kernel");
        File.WriteAllBytes(path, Image(code));
        return path;
    }
}

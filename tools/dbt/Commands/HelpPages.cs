using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using Dbt.Tool.Options;

namespace Dbt.Tool.Commands;

/// <summary>
/// What <c>--help</c> says beyond the list of options: the headings of their groups, examples and exit status.
/// </summary>
internal sealed class HelpPages(HelpAction options) : SynchronousCommandLineAction
{
    private const string Root =
        """
        Examples:
          dbt run kernel                           a small kernel that is part of dbt
          dbt run debian                           Debian's own kernel and a shell; 'exit' powers off
          dbt run debian --exec 'cat /proc/cpuinfo'
        """;

    private const string Run =
        """
        Examples:
          dbt run debian                           Debian's kernel (fetched once with apt) and a shell
          dbt run debian --exec 'uname -a'         boot, run, print its output, power off, exit with its status
          dbt run debian --packages perl-base --exec 'perl -e "print 2**0.5"'
          dbt run kernel --stats                   an embedded kernel; needs neither apt nor network
          dbt run vmlinux --initrd rd.cpio --append 'console=ttyS0 loglevel=8'
          dbt run debian --file ./prog:/usr/bin/prog --exec prog
          dbt run kernel --insns 100M              stop after 100 million instructions
          dbt run --bios u-boot.bin --pflash flash.img       a boot loader, which keeps its environment in flash.img
          dbt run debian --serial stdio --serial tcp:127.0.0.1:4444,server,nowait

        At the terminal every key goes to the guest, Ctrl-C too. Ctrl-A x leaves, Ctrl-A h lists the other keys.

        Exit status:
          0    the guest switched its power off, you left with Ctrl-A x, or the --insns limit was reached
          1    the guest reset the machine (a panic does), halted for good, could not unpack all of its initial ramdisk,
               or did not get to the end of --exec
          2    the run could not be started, or its output not be written; one line on stderr says why
          128+n   ended by signal n
          With --exec the status is that of the command.
        """;

    private const string Machines =
        """
        Machines run by turns on one thread, by shares of the instructions that all retire together. Pages with the same contents are
        found while a machine is idle and shared copy-on-write (Linux). Each line of a console begins with its machine's name.

        Examples:
          dbt machines debian debian debian --memory 64M --stats
          dbt machines debian kernel --shares 80,20 --console 2
          dbt machines debian debian --memory 64M --exec 'uname -n; md5sum /bin/busybox'

        At the terminal Ctrl-A n goes to the next machine, Ctrl-A k ends the one at the console, Ctrl-A x leaves.

        Exit status: the worst of the machines', as 'dbt run' would have it.
        """;

    private const string Disasm =
        """
        Examples:
          dbt disasm kernel | less                 the embedded kernel, with its symbols as labels
          dbt disasm vmlinux > vmlinux.s
        """;

    private const string Guests =
        """
        Examples:
          dbt guests                               what can be run
          dbt guests fetch debian                  fetch it now, or again
          dbt guests fetch kvm-guest               build it, in 2 to 4 minutes; says which packages that needs
          dbt guests fetch malta-be                the same for a big-endian kernel and its busybox
          dbt guests remove debian                 give the disk space back
        """;

    private const string Lockstep =
        """
        Both engines start from power-on and stop at the same pseudo-random places; there all registers, the TLB, time and
        what was sent are compared, and RAM now and then. Where they differ, both run again to find the first such place.

        Examples:
          dbt lockstep kernel                      interp and dbt over an embedded kernel
          dbt lockstep kernel --jit-threshold 2    translate nearly everything
          dbt lockstep debian --exec 'uname -a'    a whole boot
          dbt lockstep debian --insns 100M --seed 7

        Exit status:
          0    no divergence
          1    a divergence, which is described
          2    the run could not be started; one line on stderr says why
        """;

    private const string Study =
        """
        Each policy's machine, and one whose kernel was patched before, runs from power-on to its end, first with every exit counted and
        timed, then for its total time. A guest with a user space runs 'true' unless --exec says otherwise; another has
        to end by itself. The exits are the same under every engine.

        Examples:
          dbt study kvm-guest
          dbt study debian --runs 3 --json study.json
          dbt study debian --html study.html       charts, to open in a browser
          dbt study kernel --append exec=demo

        Exit status:
          0    the guest's output was the same under every policy
          1    it was not; one line on stderr says where
          2    the runs could not be started; one line on stderr says why
        """;

    private const string Patch =
        """
        MFC0, MTC0, DI, EI and CACHE become forms that only dbt runs, and without exits. Code is told from data by symbols, those of
        the file or those that a Linux kernel has of itself; a packed kernel is unpacked first, by running its loader; where there are
        no symbols, what traps in a run is rewritten.

        Examples:
          dbt patch kernel -o kernel-patched       an embedded kernel; kernel-patched.map lists what was rewritten
          dbt run kernel-patched
          dbt patch debian -o debian-patched --map sites
          dbt run debian --kernel debian-patched --patch none --exec true --stats
        """;

    private const string Code =
        """
        Examples:
          dbt code kernel 0x80101234               the first fragment with code at that address
          dbt code debian 0x80100400 --insns 50M   give up after 50 million instructions
        """;

    private const string Inspect =
        """
        Runs the guest without its console to the given instruction, to its end, or until Ctrl-C, and prints what it has then. The same
        instruction is the same place under every engine; what the shadow TLB has differs.

        Examples:
          dbt inspect kernel --append exec=demo --insns 40M
          dbt inspect debian --insns 3G --walk 0x80100000,0xc0000000
          dbt inspect debian --exec true --json state.json

        Exit status: as 'dbt run' would have it.
        """;

    private const string Compare =
        """
        Every engine, and QEMU if it is installed, runs the guest as a process of its own, in turn. The table has medians of
        whole processes. The guest has to end by itself; debian without --exec runs 'uname -a'. With --exec the command's
        outputs are compared, else the consoles, with QEMU's without Linux's own messages, which carry times.

        Examples:
          dbt compare bench-crc --append n=100 --runs 3
          dbt compare kernel --append exec=demo
          dbt compare debian --exec 'seq 1 100000 | md5sum'

        Exit status:
          0    all outputs are the same
          1    they are not: one line on stderr has the first line that differs
          2    the comparison could not be made; one line on stderr says why
        """;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        InvocationConfiguration configuration = parseResult.InvocationConfiguration;
        TextWriter output = configuration.Output;
        using StringWriter list = new();
        configuration.Output = list;
        int status = options.Invoke(parseResult);
        configuration.Output = output;
        output.Write(WithHeadings(list.ToString(), command));
        if (PageOf(command) is { } page)
            output.WriteLine(page);
        return status;
    }

    private static string? PageOf(Command command) => command.Name switch
    {
        "run" => Run,
        "machines" => Machines,
        "guests" => Guests,
        "disasm" => Disasm,
        "lockstep" => Lockstep,
        "study" => Study,
        "patch" => Patch,
        "code" => Code,
        "inspect" => Inspect,
        "compare" => Compare,
        _ => command.Parents.Any() ? null : Root,
    };

    /// <summary>The list of options with the heading of its group above the first option of each.</summary>
    private static string WithHeadings(string list, Command command)
    {
        const string Heading = "Options:";
        StringBuilder text = new();
        string? current = null;
        foreach (string line in list.TrimEnd('\n').Split('\n'))
        {
            if (line.TrimEnd() == Heading)
                continue;
            string? title = line.StartsWith("  -", StringComparison.Ordinal) ? TitleOf(line, command) ?? Heading : null;
            if (title is not null && title != current)
                text.Append(current is null ? "" : "\n").Append(title).Append('\n');
            current = title ?? current;
            text.Append(line).Append('\n');
        }
        return text.Append('\n').ToString();
    }

    // A line begins with the option's names and what its value is called; two spaces end them.
    private static string? TitleOf(string line, Command command)
    {
        string[] names = line.TrimStart().Split("  ")[0].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return command.Taken().FirstOrDefault(option => names.Contains(((Option)option).Name)) is { } taken
            ? $"{taken.Group.Title}:"
            : null;
    }
}

using System.Text;
using Dbt.Tool.Terminal;
using Xunit;

namespace Dbt.TestRoms.CommandLine;

/// <summary>Several consoles on one output.</summary>
public sealed class MachineConsolesTests
{
    private readonly StringBuilder _output = new();
    private readonly MachineConsoles _consoles;
    private readonly MachineConsole _one = new("one"), _two = new("two");

    public MachineConsolesTests()
    {
        _consoles = new MachineConsoles(value => _output.Append((char)value), "\n");
        _consoles.Select(_one);
    }

    [Fact]
    public void Every_line_begins_with_its_machine_s_name()
    {
        Write(_one, "hello\nworld\n");
        Write(_two, "there\n");

        Assert.Equal("one | hello\none | world\ntwo | there\n", _output.ToString());
    }

    [Fact]
    public void The_selected_machine_s_bytes_appear_at_once_the_others_when_a_line_is_whole()
    {
        Write(_two, "whole");
        Write(_one, "~ # ");
        Assert.Equal("one | ~ # ", _output.ToString());

        Write(_two, " line\n");
        Assert.Equal("one | ~ # \ntwo | whole line\none | ~ # ", _output.ToString());

        Write(_one, "ls\n");
        Assert.EndsWith("\none | ~ # ls\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Selecting_another_machine_shows_what_it_has_begun()
    {
        Write(_one, "~ # ");
        Write(_two, "login: ");

        _consoles.Select(_two);
        Write(_two, "root\n");

        Assert.Equal("one | ~ # \ntwo | login: root\n", _output.ToString());
    }

    [Fact]
    public void What_a_machine_had_begun_when_it_ended_is_a_line()
    {
        Write(_one, "~ # ");
        Write(_two, "bye");

        _consoles.Finish(_two);
        _consoles.Finish(_one);

        Assert.Equal("one | ~ # \ntwo | bye\none | ~ # \n", _output.ToString());
    }

    private void Write(MachineConsole console, string text)
    {
        foreach (char letter in text)
            _consoles.Write(console, (byte)letter);
    }
}

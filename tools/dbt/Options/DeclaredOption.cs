using System.CommandLine;
using Dbt.Hypervisor;
using Dbt.Tool.Running;

namespace Dbt.Tool.Options;

/// <summary>
/// An option: all there is to say about it. Help, refusals, the machine and the page of options follow from its
/// declaration.
/// </summary>
/// <typeparam name="T">Its value.</typeparam>
internal sealed class DeclaredOption<T> : Option<T>, IDeclaredOption
{
    private readonly T _default = default!;
    private readonly string? _defaultText;

    /// <summary>Declares it.</summary>
    /// <param name="group">Where it is listed.</param>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="value">What help calls its value; null for a switch.</param>
    /// <param name="summary">What it is about.</param>
    /// <param name="alias">A shorter name; null for none.</param>
    public DeclaredOption(OptionGroup group, string name, string? value, string summary, string? alias = null)
        : base(name, alias is null ? [] : [alias])
    {
        (Group, Summary, HelpName, Description) = (group, summary, value, summary);
        group.Add(this);
    }

    /// <inheritdoc/>
    public OptionGroup Group { get; }

    /// <inheritdoc/>
    public string Summary { get; }

    /// <summary>Its value where it is not given.</summary>
    public T Default
    {
        get => _default;
        init
        {
            _default = value;
            DefaultText ??= OptionValue.Format(value);
        }
    }

    /// <inheritdoc/>
    public string? DefaultText
    {
        get => _defaultText;
        init
        {
            _defaultText = value;
            Description = value is null ? Summary : $"{Summary} [default: {value}]";
        }
    }

    /// <summary>
    /// What it needs, or what excludes it, asked where it is given: the reason, in a line; null for none.
    /// </summary>
    public Func<ParseResult, string?>? Refuses { get; init; }

    /// <summary>What its value, or its default, sets on the machine.</summary>
    public Func<MachineConfiguration, T, MachineConfiguration>? SetsMachine { get; init; }

    /// <summary>What it sets on the run, beyond the machine.</summary>
    public Func<RunPlan, T, RunPlan>? SetsRun { get; init; }

    /// <summary>Whether the user gave it.</summary>
    public bool IsIn(ParseResult options) => options.GetResult(this) is { Implicit: false };

    /// <summary>Its value, which is the default where it is not given, or nothing the command takes.</summary>
    public T In(ParseResult options) => IsIn(options) ? options.GetValue(this)! : Default;

    /// <inheritdoc/>
    public string? RefusalOf(ParseResult options) =>
        IsIn(options) && Refuses?.Invoke(options) is { } reason ? $"{Name} {reason}" : null;

    /// <inheritdoc/>
    public RunPlan Apply(ParseResult options, RunPlan plan)
    {
        T value = In(options);
        if (SetsMachine is not null)
            plan = plan with { Machine = SetsMachine(plan.Machine, value) };
        return SetsRun is null ? plan : SetsRun(plan, value);
    }
}

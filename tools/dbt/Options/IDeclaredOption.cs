using System.CommandLine;
using Dbt.Tool.Running;

namespace Dbt.Tool.Options;

/// <summary>What is known of any option, whatever its value.</summary>
internal interface IDeclaredOption
{
    /// <summary>Where it is listed.</summary>
    OptionGroup Group { get; }

    /// <summary>What it is about, without its default.</summary>
    string Summary { get; }

    /// <summary>What holds where it is not given, for people; null for nothing.</summary>
    string? DefaultText { get; }

    /// <summary>Why it cannot be what the user wants, in a line; null if it can.</summary>
    string? RefusalOf(ParseResult options);

    /// <summary>The plan as the option, or its default, has it.</summary>
    RunPlan Apply(ParseResult options, RunPlan plan);
}

using System.CommandLine;

namespace Dbt.Tool.Options;

/// <summary>Options about one thing, which a command takes together and its help lists under one heading.</summary>
/// <param name="title">The heading.</param>
internal sealed class OptionGroup(string title)
{
    private readonly List<Option> _options = [];

    /// <summary>The heading.</summary>
    public string Title => title;

    /// <summary>The options, in the order in which they are listed and take effect.</summary>
    public IReadOnlyList<Option> Options => _options;

    /// <summary>Takes an option, which belongs to this group from now on.</summary>
    public void Add(Option option) => _options.Add(option);

    /// <summary>The options but for some, for a command to which these mean nothing.</summary>
    public OptionGroup Without(params IEnumerable<Option> others)
    {
        OptionGroup rest = new(title);
        rest._options.AddRange(_options.Except(others));
        return rest;
    }
}

using System.Globalization;
using System.Xml.Linq;

namespace Dbt.Tool.Study;

/// <summary>Stacked charts as SVG inside a page, whose colour of text they take.</summary>
internal static class SvgChart
{
    /// <summary>A layer of a stack.</summary>
    /// <param name="Name">What it counts.</param>
    /// <param name="Colour">One of <see cref="Palette"/>.</param>
    /// <param name="Values">How thick it is, bin by bin.</param>
    public sealed record Layer(string Name, string Colour, IReadOnlyList<long> Values);

    /// <summary>What is stacked: a bar, or a histogram.</summary>
    /// <param name="Name">What it is called.</param>
    /// <param name="Layers">From the axis outwards, all of as many bins.</param>
    public sealed record Stack(string Name, IReadOnlyList<Layer> Layers);

    /// <summary>What the bins of histograms stand on.</summary>
    /// <param name="Title">The quantity and its unit.</param>
    /// <param name="Bins">How many there are; the last may have a part of the width only.</param>
    /// <param name="Ticks">Labels, and where they are in bins.</param>
    /// <param name="Gap">The part of a bin's width that is left free.</param>
    public sealed record Axis(string Title, double Bins, IReadOnlyList<(double Bin, string Label)> Ticks, double Gap);

    /// <summary>
    /// Fills that the colour-blind can tell apart and that black can be read on: M. Okabe and K. Ito's (2008) without
    /// the dark ones. The last, a grey, is for what is left over.
    /// </summary>
    public static IReadOnlyList<string> Palette { get; } =
        ["#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#f0e442", "#999999"];

    private const double Width = 900, Left = 84, Right = 810, Middle = (Left + Right) / 2;
    private const double CharacterWidth = 7.5, TickLength = 5, AxisHeight = 52;

    private static readonly CultureInfo _invariant = CultureInfo.InvariantCulture;

    /// <summary>A horizontal bar for each stack, on one scale.</summary>
    public static XElement Bars(string title, string quantity, IReadOnlyList<Stack> stacks)
    {
        const double row = 42, thickness = 28;
        double bottom = row * stacks.Count;
        (double most, IReadOnlyList<double> ticks) =
            Scale(stacks.Max(stack => stack.Layers.Sum(layer => layer.Values.Sum())), 6);
        double X(double value) => Left + value / most * (Right - Left);

        XElement chart = Chart("bars", title, bottom + AxisHeight);
        foreach (double tick in ticks)
            chart.Add(Line("grid", X(tick), 0, X(tick), bottom), Text(X(tick), bottom + 18, "middle", Short(tick)));
        chart.Add(Line("axis", Left, bottom, Right, bottom), Text(Middle, bottom + 42, "middle", quantity));
        for (int i = 0; i < stacks.Count; i++)
        {
            double y = row * i + (row - thickness) / 2, baseline = y + thickness / 2 + 5;
            XElement bar = new("g", new XAttribute("class", "bar"), Text(Left - 10, baseline, "end", stacks[i].Name));
            long sum = 0;
            foreach (Layer layer in stacks[i].Layers)
            {
                long value = layer.Values.Sum();
                if (value == 0)
                    continue;
                double x = X(sum), width = X(sum + value) - x;
                bar.Add(Filled(
                    "rect", layer, ("x", Number(x)), ("y", Number(y)), ("width", Number(width)),
                    ("height", Number(thickness))));
                string label = Label(layer.Name, value);
                if (label.Length * CharacterWidth < width)
                    bar.Add(Text(x + width / 2, baseline, "middle", label, "ink"));
                sum += value;
            }
            bar.Add(Text(X(sum) + 8, baseline, "start", Count(sum)));
            chart.Add(bar);
        }
        return chart;
    }

    /// <summary>A histogram for each stack, one below the other, on the same scales.</summary>
    public static XElement Histograms(string title, string quantity, Axis axis, IReadOnlyList<Stack> stacks)
    {
        const double panel = 150, plot = 118;
        double height = panel * stacks.Count;
        (double most, IReadOnlyList<double> ticks) =
            Scale(stacks.Max(stack => Totals(stack).DefaultIfEmpty().Max()), 4);
        double X(double bin) => Left + Math.Min(bin, axis.Bins) / axis.Bins * (Right - Left);

        XElement chart = Chart("histograms", title, height + AxisHeight);
        for (int i = 0; i < stacks.Count; i++)
        {
            double bottom = panel * (i + 1);
            double Y(double value) => bottom - value / most * plot;
            XElement histogram = new(
                "g", new XAttribute("class", "histogram"),
                Text(Left, bottom - plot - 12, "start", stacks[i].Name, "name"));
            foreach (double tick in ticks)
            {
                histogram.Add(
                    Line("grid", Left, Y(tick), Right, Y(tick)), Text(Left - 8, Y(tick) + 4, "end", Short(tick)));
            }
            foreach ((double bin, string _) in axis.Ticks)
                histogram.Add(Line("axis", X(bin), bottom, X(bin), bottom + TickLength));
            long[] below = new long[stacks[i].Layers.Max(layer => layer.Values.Count)];
            foreach (Layer layer in stacks[i].Layers.Where(layer => layer.Values.Any(value => value > 0)))
            {
                histogram.Add(Filled(
                    "path", layer, ("d", Steps(layer, below, bin => X(bin), value => Y(value), axis.Gap))));
            }
            histogram.Add(Line("axis", Left, bottom, Right, bottom));
            chart.Add(histogram);
        }
        foreach ((double bin, string label) in axis.Ticks)
            chart.Add(Text(X(bin), height + 20, "middle", label));
        XElement upwards = Text(0, 0, "middle", quantity);
        upwards.Add(new XAttribute(
            "transform", string.Create(_invariant, $"translate(18 {Number(height / 2)}) rotate(-90)")));
        chart.Add(Text(Middle, height + 42, "middle", axis.Title), upwards);
        return chart;
    }

    /// <summary>A patch of a layer's colour, for a legend.</summary>
    public static XElement Key(string colour) => Patch("key", 1, colour);

    /// <summary>A bar without an axis, for a table's cell.</summary>
    /// <param name="part">How much of the cell it fills, from 0 to 1.</param>
    public static XElement CellBar(double part) => Patch("cell", part, Palette[1]);

    /// <summary>Ticks for numbers from 0 to <paramref name="most"/>, at round ones.</summary>
    public static IReadOnlyList<(double Bin, string Label)> Ticks(double most, double perBin, int count)
    {
        double step = Step(most, count);
        return [.. Enumerable.Range(0, (int)(most / step) + 1).Select(i => (i * step / perBin, Short(i * step)))];
    }

    // One subpath a bin: up its left side, along its top, and back.
    private static string Steps(Layer layer, long[] below, Func<double, double> x, Func<double, double> y, double gap)
    {
        List<string> path = [];
        for (int bin = 0; bin < layer.Values.Count; bin++)
        {
            long from = below[bin], to = below[bin] += layer.Values[bin];
            if (to <= from)
                continue;
            path.Add(
                $"M{Number(x(bin + gap / 2))} {Number(y(from))}V{Number(y(to))}"
                + $"H{Number(x(bin + 1 - gap / 2))}V{Number(y(from))}Z");
        }
        return string.Concat(path);
    }

    private static IEnumerable<long> Totals(Stack stack) =>
        Enumerable.Range(0, stack.Layers.Max(layer => layer.Values.Count))
            .Select(bin => stack.Layers.Sum(layer => layer.Values.ElementAtOrDefault(bin)));

    // Up to the first round number that is not below the largest value.
    private static (double Most, IReadOnlyList<double> Ticks) Scale(long most, int count)
    {
        double step = Step(most, count);
        int steps = Math.Max(1, (int)Math.Ceiling(most / step));
        return (steps * step, [.. Enumerable.Range(0, steps + 1).Select(i => i * step)]);
    }

    /// <summary>1, 2 or 5 times a power of ten, so that there are about as many steps as asked for.</summary>
    private static double Step(double most, int count)
    {
        double least = Math.Max(1, most / count), power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * (least / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }

    private static XElement Chart(string kind, string title, double height) => new("svg",
        new XAttribute("class", $"chart {kind}"), new XAttribute("viewBox", $"0 0 {Number(Width)} {Number(height)}"),
        new XAttribute("role", "img"), new XAttribute("aria-label", title));

    private static XElement Patch(string kind, double part, string colour) => new("svg",
        new XAttribute("class", kind), new XAttribute("viewBox", "0 0 100 100"),
        new XAttribute("preserveAspectRatio", "none"), new XAttribute("aria-hidden", "true"),
        new XElement(
            "rect", new XAttribute("width", Number(100 * part)), new XAttribute("height", "100"),
            new XAttribute("fill", colour)));

    private static XElement Filled(string shape, Layer layer, params (string Name, string Value)[] attributes) =>
        new(shape,
        attributes.Select(attribute => new XAttribute(attribute.Name, attribute.Value)),
        new XAttribute("fill", layer.Colour),
        new XElement("title", Label(layer.Name, layer.Values.Sum())));

    private static XElement Line(string kind, double x1, double y1, double x2, double y2) => new("line",
        new XAttribute("class", kind), new XAttribute("x1", Number(x1)), new XAttribute("y1", Number(y1)),
        new XAttribute("x2", Number(x2)), new XAttribute("y2", Number(y2)));

    private static XElement Text(double x, double y, string anchor, string text, string? kind = null) => new("text",
        new XAttribute("x", Number(x)), new XAttribute("y", Number(y)), new XAttribute("text-anchor", anchor),
        kind is null ? null : new XAttribute("class", kind), text);

    private static string Label(string name, long value) => $"{name}: {Count(value)}";

    private static string Count(long value) => value.ToString("N0", _invariant);

    private static string Number(double value) => value.ToString("0.##", _invariant);

    private static string Short(double value) => value switch
    {
        >= 1e9 => Number(value / 1e9) + "G",
        >= 1e6 => Number(value / 1e6) + "M",
        >= 1e3 => Number(value / 1e3) + "K",
        _ => Number(value),
    };
}
